/* What stands where a tree is about to be put, for all of its paths in one call; no symbolic link is followed. */
#if defined(__linux__)
#define _GNU_SOURCE
#include "dumont.h"
#include "walk.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { IS_FILE = 0, IS_FOLDER = 1, IS_LINK = 2, IS_ABSENT = 254, IS_OTHER = 255 };

/* Columns with a row for each path. */
struct seen {
    uint8_t *kind;
    uint32_t *mode, *uid, *gid;
    int64_t *mtime;
    uint64_t *inode, *links, *size, *blocks;
    int64_t *ctime;
};

static void put(const struct seen *to, size_t i, const struct stat *s)
{
    to->kind[i] = S_ISREG(s->st_mode) ? IS_FILE : S_ISDIR(s->st_mode) ? IS_FOLDER
                  : S_ISLNK(s->st_mode) ? IS_LINK : IS_OTHER;
    to->mode[i] = s->st_mode & 07777;
    to->uid[i] = s->st_uid;
    to->gid[i] = s->st_gid;
    to->mtime[i] = (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec;
    to->ctime[i] = (int64_t)s->st_ctim.tv_sec * 1000000000 + s->st_ctim.tv_nsec;
    to->inode[i] = s->st_ino;
    to->links[i] = s->st_nlink;
    to->size[i] = (uint64_t)s->st_size;
    to->blocks[i] = (uint64_t)s->st_blocks;
}

static int is_absent(int why) { return why == ENOENT || why == ENOTDIR || why == ELOOP; }

/* `columns` are those of `struct seen`, in its order. 0, or the errno of what can't be told. */
DUMONT int dumont_look(int root, size_t count, const char *paths, size_t paths_size, void *const columns[10])
{
    struct seen to;
    struct walk walk;
    const char *path = paths, *const end = paths + paths_size;
    int why = 0;
    memcpy(&to, columns, sizeof to);
    walk_begin(&walk, root, 0);
    for (size_t i = 0; i < count && !why; i++) {
        const char *name, *zero = path < end ? memchr(path, 0, (size_t)(end - path)) : NULL;
        struct stat s;
        to.kind[i] = IS_ABSENT;
        if (!zero) {
            why = EINVAL;
            break;
        }
        int folder = walk_to(&walk, path, (size_t)(zero - path), &name);
        if (folder >= 0 && !syscall(SYS_newfstatat, folder, name, &s, AT_SYMLINK_NOFOLLOW))
            put(&to, i, &s);
        else if (!is_absent(errno))
            why = errno;
        path = zero + 1;
    }
    walk_end(&walk);
    return why;
}
#endif
