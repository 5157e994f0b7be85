/* Opens the folder of a path part by part, so that no symbolic link on the way is followed. */
#include "walk.h"
#if defined(__linux__)
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOW (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

void walk_begin(struct walk *w, int root, int makes)
{
    w->root = root;
    w->makes = makes;
    w->depth = 0;
    w->deep = -1;
}

static void back_to(struct walk *w, int depth)
{
    while (w->depth > depth)
        close(w->fds[--w->depth]);
    if (w->deep >= 0)
        close(w->deep);
    w->deep = -1;
}

/* An empty part, `.` and `..` are not names. */
static int is_name(const char *part, size_t size)
{
    return size > 0 && size < 256 && !(part[0] == '.' && (size == 1 || (size == 2 && part[1] == '.')));
}

/* How many of the open folders the path goes through, too. */
static int shared(const struct walk *w, const char *path, size_t size)
{
    int depth = 0;
    while (depth < w->depth && w->ends[depth] < size && path[w->ends[depth]] == '/'
           && !memcmp(path, w->path, w->ends[depth]))
        depth++;
    return depth;
}

static int step(struct walk *w, const char *path, size_t begin, size_t end)
{
    char part[256];
    if (!is_name(path + begin, end - begin)) {
        errno = EINVAL;
        return -1;
    }
    memcpy(part, path + begin, end - begin);
    part[end - begin] = 0;
    int from = w->deep >= 0 ? w->deep : w->depth ? w->fds[w->depth - 1] : w->root;
    int fd = openat(from, part, HOW);
    if (fd < 0 && errno == ENOENT && w->makes && (!mkdirat(from, part, 0700) || errno == EEXIST))
        fd = openat(from, part, HOW);
    if (fd < 0)
        return -1;
    if (w->depth < KEPT_OPEN) {
        w->fds[w->depth] = fd;
        w->ends[w->depth++] = end;
        return fd;
    }
    if (w->deep >= 0)
        close(w->deep);
    return w->deep = fd;
}

int walk_to(struct walk *w, const char *path, size_t size, const char **name)
{
    if (size >= LONGEST_PATH) {
        errno = ENAMETOOLONG;
        return -1;
    }
    back_to(w, shared(w, path, size));
    size_t begin = w->depth ? w->ends[w->depth - 1] + 1 : 0;
    memcpy(w->path, path, size);
    for (size_t at = begin; at < size; at++) {
        if (path[at] != '/')
            continue;
        if (step(w, path, begin, at) < 0)
            return -1;
        begin = at + 1;
    }
    if (!is_name(path + begin, size - begin)) {
        errno = EINVAL;
        return -1;
    }
    *name = path + begin;
    return w->deep >= 0 ? w->deep : w->depth ? w->fds[w->depth - 1] : w->root;
}

void walk_end(struct walk *w) { back_to(w, 0); }
#endif
