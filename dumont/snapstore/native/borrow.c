/* Takes files of another tree on this machine that are equal by size and time: linked, shared, or copied. */
#if defined(__linux__)
#define _GNU_SOURCE
#include "dumont.h"
#include "files.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LINKS = 4, FOLDERS = 8 };
#define BLOCK (256u << 10) /* as large as the files that are small */
#define FICLONE 0x40049409
#define OTHER ENOENT /* there is a file, and another one than was wanted */

struct wanted {
    uint64_t size;
    int64_t mtime;
    uint32_t mode, uid, gid;
};

static int64_t moment(const struct timespec *t) { return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec; }

static int look(int folder, const char *name, struct stat *s)
{
    return syscall(SYS_newfstatat, folder, name, s, *name ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH) ? errno : 0;
}

static int is_equal(const struct stat *s, const struct wanted *w)
{
    return S_ISREG(s->st_mode) && (uint64_t)s->st_size == w->size && moment(&s->st_mtim) == w->mtime;
}

/* 0, -1 if it can't be linked, or errno. */
static int linked(int from, int to, const char *name, const struct stat *source)
{
    struct stat made;
    if (linkat(from, name, to, name, 0))
        return errno == EEXIST ? EEXIST : -1;
    if (!look(to, name, &made) && made.st_dev == source->st_dev && made.st_ino == source->st_ino)
        return 0;
    unlinkat(to, name, 0); /* somebody exchanged it in between */
    return OTHER;
}

/* Copies files through one room; shared blocks are asked for until a file system says that it has none. */
struct copier {
    uint8_t *room;
    int shares;
};

static int copied(struct copier *c, int from, int to, uint64_t size)
{
    if (c->shares && !ioctl(to, FICLONE, from))
        return 0;
    c->shares = 0;
    if (!c->room && !(c->room = room_take(BLOCK)))
        return ENOMEM;
    while (size) {
        const ssize_t now = read(from, c->room, (size_t)MIN((uint64_t)BLOCK, size));
        if (now < 0 && errno == EINTR)
            continue;
        if (now <= 0)
            return now < 0 ? errno : EIO; /* it became shorter */
        const int why = write_all(to, c->room, (size_t)now);
        if (why)
            return why;
        size -= (uint64_t)now;
    }
    return 0;
}

static int taken(struct copier *c, int from, int to, const char *name, const struct wanted *w, int flags)
{
    struct stat s;
    int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), why, target = -1;
    if (source < 0)
        return errno;
    why = look(source, "", &s);
    if (!why && !is_equal(&s, w))
        why = OTHER;
    if (!why && (flags & LINKS) && (s.st_mode & 07777) == w->mode
        && (!(flags & OWNERS) || (s.st_uid == w->uid && s.st_gid == w->gid))) {
        why = linked(from, to, name, &s);
        if (why != -1)
            goto end;
        why = 0;
    }
    if (!why && (target = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
        why = errno;
    if (target >= 0) {
        const struct timespec times[2] = {{s.st_mtim.tv_sec - 1, s.st_mtim.tv_nsec}, s.st_mtim};
        why = copied(c, source, target, w->size);
        if (!why && (flags & OWNERS) && fchown(target, w->uid, w->gid))
            why = errno;
        if (!why && fchmod(target, w->mode))
            why = errno;
        if (!why && futimens(target, times))
            why = errno;
        if (close(target) && !why)
            why = errno;
        if (why)
            unlinkat(to, name, 0);
    }
end:
    close(source);
    return why;
}

/* `paths` are the same below both folders; those of the target are there, or made where FOLDERS says so. For each 0, or why it was not taken. */
DUMONT size_t dumont_borrow_files(int from, int to, size_t count, const char *paths, size_t paths_size,
                                  const uint64_t *size, const int64_t *mtime, const uint32_t *mode,
                                  const uint32_t *uid, const uint32_t *gid, int flags, int32_t *wrong)
{
    struct walk source, target;
    struct copier copier = {NULL, 1};
    const char *path = paths, *const end = paths + paths_size;
    size_t good = 0;
    walk_begin(&source, from, 0);
    walk_begin(&target, to, flags & FOLDERS);
    for (size_t i = 0; i < count; i++) {
        const char *name, *zero = path < end ? memchr(path, 0, (size_t)(end - path)) : NULL;
        wrong[i] = EINVAL;
        if (!zero)
            continue;
        const struct wanted w = {size[i], mtime[i], mode[i] & 07777, uid[i], gid[i]};
        const size_t length = (size_t)(zero - path);
        int theirs = walk_to(&source, path, length, &name), ours = -1;
        if (theirs >= 0)
            ours = walk_to(&target, path, length, &name);
        wrong[i] = ours < 0 ? errno : taken(&copier, theirs, ours, name, &w, flags);
        good += !wrong[i];
        path = zero + 1;
    }
    walk_end(&source);
    walk_end(&target);
    room_give(copier.room);
    return good;
}
#endif
