/* Looks at a whole tree in one call: what is there goes into columns, in the order of a manifest. */
#if defined(__linux__)
#define _GNU_SOURCE
#include "dumont.h"
#include "scan.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define DEEPEST 2000 /* the stack's end, long before it is reached */

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

struct kernel_entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[];
};

/* The names in a folder, each followed by a zero byte; or errno. */
static int list(struct scan *s, int fd, struct column *names, size_t *count)
{
    enum { ROOM = 65536 };
    uint8_t *buffer = room_take(ROOM);
    long got = buffer ? 0 : -1;
    int why = buffer ? 0 : ENOMEM;
    while (buffer && (got = syscall(SYS_getdents64, fd, buffer, ROOM)) > 0) {
        for (long at = 0; at < got;) {
            const struct kernel_entry *e = (const void *)(buffer + at);
            at += e->size;
            if (e->name[0] == '.' && (!e->name[1] || (e->name[1] == '.' && !e->name[2])))
                continue;
            size_t size = strlen(e->name) + 1;
            void *to = grow(s, names, size);
            if (to)
                memcpy(to, e->name, size);
            *count += 1;
        }
    }
    if (got < 0 && !why)
        why = errno;
    room_give(buffer);
    return s->out_of_memory ? ENOMEM : why;
}

/* Whether the user said that nobody needs what is in folders of this name. */
static int is_skipped(const struct scan *s, const char *name)
{
    const char *at = s->skipped, *const end = at + s->skipped_size;
    while (at < end) {
        size_t size = strnlen(at, (size_t)(end - at));
        if (size == strlen(name) && !memcmp(at, name, size))
            return 1;
        at += size + 1;
    }
    return 0;
}

static int open_folder(int folder, const char *name)
{
    const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(folder, name, how | O_NOATIME);
    return fd < 0 && errno == EPERM ? openat(folder, name, how) : fd;
}

static void look_into(struct scan *s, int fd, size_t row, int depth);

static void descend(struct scan *s, int folder, const char *name, int depth)
{
    const size_t before = s->path.size, row = s->columns[ERROR].size;
    int fd = depth < DEEPEST ? open_folder(folder, name) : -1;
    if (fd < 0) {
        fail(s, row, depth < DEEPEST ? errno : ENAMETOOLONG);
        return;
    }
    size_t size = strlen(name), slash = before ? 1 : 0;
    uint8_t *to = grow(s, &s->path, size + slash);
    if (to) {
        if (slash)
            *to = '/';
        memcpy(to + slash, name, size);
        look_into(s, fd, row, depth + 1);
    }
    s->path.size = before;
    close(fd);
}

void look_at_names(struct scan *s, struct frame *f)
{
    f->above = s->last;
    *(s->last ? &s->last->deeper : &s->first) = f;
    s->last = f;
    while (f->next < f->count && !s->out_of_memory) {
        struct stat st;
        const char *name = f->names[f->next++];
        if (is_somebody_idle(s->crew))
            give_some(s);
        if (syscall(SYS_newfstatat, f->fd, name, &st, AT_SYMLINK_NOFOLLOW)) {
            if (errno != ENOENT) /* else it went away meanwhile */
                fail(s, f->row, errno);
            continue;
        }
        int kind = put_entry(s, f->fd, name, &st);
        int here = !(s->flags & ONE_FILESYSTEM) || st.st_dev == s->device;
        if (kind == IS_FOLDER && here && !is_skipped(s, name))
            descend(s, f->fd, name, f->depth);
    }
    s->last = f->above;
    *(s->last ? &s->last->deeper : &s->first) = NULL;
    for (struct part *p = f->given; p; p = p->next)
        for (int i = 0; i < COLUMNS; i++)
            p->behind[i] = s->columns[i].size;
    if (f->given) {
        *s->end_of_parts = f->given;
        while (*s->end_of_parts)
            s->end_of_parts = &(*s->end_of_parts)->next;
    }
}

static void look_into(struct scan *s, int fd, size_t row, int depth)
{
    struct column names = {0};
    struct column *xattr = &s->columns[XATTR];
    struct frame f = {.fd = fd, .depth = depth, .row = row, .path = s->path.size};
    if (xattr->size && xattr->data[xattr->size - 1] == 2 && !flistxattr(fd, NULL, 0))
        xattr->data[xattr->size - 1] = 0; /* it is open: to ask costs nothing */
    int why = list(s, fd, &names, &f.count);
    if (why)
        fail(s, row, why);
    f.names = s->out_of_memory ? NULL : malloc((f.count + 1) * sizeof *f.names);
    const char *at = (const char *)names.data;
    for (size_t i = 0; f.names && i < f.count; i++, at += strlen(at) + 1)
        f.names[i] = at;
    if (f.names) {
        qsort(f.names, f.count, sizeof *f.names, by_bytes);
        look_at_names(s, &f);
    } else {
        s->out_of_memory = 1;
    }
    free(f.names);
    free(names.data);
}

DUMONT void dumont_scan_free(struct scan *s)
{
    free_rows(s);
    free(s);
}

/* 0, or why there is nothing to tell. */
static int look_at_tree(struct scan *s, int root)
{
    struct stat st;
    if (syscall(SYS_newfstatat, root, "", &st, AT_EMPTY_PATH))
        return errno;
    s->device = st.st_dev;
    put_entry(s, root, "", &st);
    const size_t row = s->columns[ERROR].size;
    int fd = open_folder(root, "."); /* anew, as a descriptor remembers how far it was listed */
    if (fd < 0) {
        fail(s, row, errno);
    } else {
        look_into(s, fd, row, 0);
        close(fd);
    }
    return 0;
}

/* Begins with the root itself, whose path is empty. `skipped`: names of folders not to look into. Who is in the crew helps,
   and is free when this returns. NULL with errno. */
DUMONT struct scan *dumont_scan(int root, int flags, const char *skipped, size_t skipped_size,
                                struct crew *crew_or_null, int *why)
{
    struct scan *s = calloc(1, sizeof *s);
    *why = ENOMEM;
    if (!s)
        return NULL;
    s->crew = crew_or_null;
    s->end_of_parts = &s->parts;
    s->flags = flags;
    s->skipped = skipped;
    s->skipped_size = skipped_size;
    *why = look_at_tree(s, root);
    finish_with(crew_or_null);
    if (!join_parts(s))
        *why = ENOMEM;
    if (*why) {
        dumont_scan_free(s);
        return NULL;
    }
    return s;
}

DUMONT size_t dumont_scan_column(const struct scan *s, int which, const uint8_t **data)
{
    if (which < 0 || which >= COLUMNS)
        return 0;
    *data = s->columns[which].data;
    return s->columns[which].size;
}
#endif
