/* Small files: written, and read many in one call; what fails is told for each by its errno. */
#if defined(__linux__)
#define _GNU_SOURCE
#include "dumont.h"
#include "files.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

int write_all(int fd, const uint8_t *data, size_t size)
{
    while (size) {
        ssize_t wrote = write(fd, data, size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return wrote < 0 ? errno : EIO;
        data += wrote;
        size -= (size_t)wrote;
    }
    return 0;
}

/* With the mode that it will have, unless it will be somebody else's, or others may write to it: then nothing is left to
   be changed. */
static int create(int folder, const char *name, const struct file *f, int flags)
{
    const int how = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const int ours = !(flags & OWNERS) || (f->uid == geteuid() && f->gid == getegid());
    const mode_t mode = ours ? f->mode & 0755 : 0600;
    return openat(folder, name, how, mode);
}

/* Owner before mode, since a change of owner takes set-user-id bits away. What is right already is not set: to ask
   costs a tenth of it. */
static int own(int fd, const struct file *f, int flags)
{
    const uint32_t mode = f->mode & 07777;
    struct stat s;
    if (syscall(SYS_newfstatat, fd, "", &s, AT_EMPTY_PATH))
        return errno;
    const int other = (flags & OWNERS) && (s.st_uid != f->uid || s.st_gid != f->gid);
    if (other && fchown(fd, f->uid, f->gid))
        return errno;
    return (other || (s.st_mode & 07777) != mode) && fchmod(fd, mode) ? errno : 0;
}

/* It seems to have been read now, or a second before it was written. */
static int set_time(int fd, int64_t mtime, int unread)
{
    const int64_t second = 1000000000, part = (mtime % second + second) % second;
    const struct timespec written = {(mtime - part) / second, part};
    const struct timespec times[2] = {unread ? (struct timespec){written.tv_sec - 1, part}
                                             : (struct timespec){0, UTIME_NOW}, written};
    return futimens(fd, times) ? errno : 0;
}

/* The time comes last: a file that has the right one is whole. */
static int fill(int fd, const struct file *f, int flags)
{
    int wrong = write_all(fd, f->data, f->size);
    if (!wrong)
        wrong = own(fd, f, flags);
    if (!wrong)
        wrong = set_time(fd, f->mtime, 0);
    if (close(fd) && !wrong)
        wrong = errno;
    return wrong;
}

int write_file(struct walk *walk, const char *path, size_t size, const struct file *f, int flags)
{
    const char *name;
    int folder = walk_to(walk, path, size, &name), fd;
    if (folder < 0 || (fd = create(folder, name, f, flags)) < 0)
        return errno;
    const int wrong = fill(fd, f, flags);
    if (wrong)
        unlinkat(folder, name, 0); /* a half of a file is worse than none */
    return wrong;
}

/* A folder; an empty path is the root's. It is made if need be. */
static int open_or_make(struct walk *walk, const char *path, size_t size)
{
    const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const char *name = ".";
    int above = size ? walk_to(walk, path, size, &name) : walk->root;
    int fd = above < 0 ? -1 : openat(above, name, how);
    if (fd < 0 && above >= 0 && errno == ENOENT && !mkdirat(above, name, 0700))
        fd = openat(above, name, how);
    return fd;
}

/* Owner, mode and time of folders, from number `first` on, as they come: what is in a folder has to come before it. Says
   which was the first that could not be done, or `count`. */
DUMONT size_t dumont_settle_folders(int root, size_t first, size_t count, const char *paths, size_t paths_size,
                                    const uint32_t *mode, const uint32_t *uid, const uint32_t *gid,
                                    const int64_t *mtime, int flags)
{
    struct walk walk;
    const char *path = paths, *const end = paths + paths_size;
    size_t i = 0;
    walk_begin(&walk, root, 1);
    for (; i < count; i++) {
        const char *mine = path, *zero = path < end ? memchr(path, 0, (size_t)(end - path)) : NULL;
        if (!zero)
            break;
        path = zero + 1;
        if (i < first)
            continue;
        struct file folder = {NULL, 0, mode[i], uid[i], gid[i], mtime[i]};
        int fd = open_or_make(&walk, mine, (size_t)(zero - mine));
        if (fd < 0)
            break;
        int wrong = own(fd, &folder, flags) || set_time(fd, folder.mtime, 1);
        close(fd);
        if (wrong)
            break;
    }
    walk_end(&walk);
    return i;
}

static int64_t moment(const struct timespec *t) { return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec; }

/* Reading must not look like use: what was opened first by the user's programs is learned from these times. */
static int open_quietly(int folder, const char *name)
{
    const int how = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int fd = openat(folder, name, how | O_NOATIME);
    return fd < 0 && errno == EPERM ? openat(folder, name, how) : fd;
}

/* The bytes that it had when it was opened; fewer if it was cut off meanwhile. Or minus errno. */
static int64_t read_one(int fd, uint8_t *out, size_t room, int64_t *mtime, int64_t *ctime)
{
    struct stat s;
    size_t got = 0;
    if (syscall(SYS_newfstatat, fd, "", &s, AT_EMPTY_PATH))
        return -errno;
    if (!S_ISREG(s.st_mode))
        return -EINVAL;
    *mtime = moment(&s.st_mtim);
    *ctime = moment(&s.st_ctim);
    if ((uint64_t)s.st_size > room)
        return -EFBIG;
    while (got < (size_t)s.st_size) {
        ssize_t now = read(fd, out + got, (size_t)s.st_size - got);
        if (now < 0 && errno == EINTR)
            continue;
        if (now < 0)
            return -errno;
        if (!now)
            break;
        got += (size_t)now;
    }
    return (int64_t)got;
}

/* Files end to end into `out`. `got` is each one's size, or minus its errno (EFBIG: no room was left for it); `bare`
   are those that have no attributes at all. */
DUMONT size_t dumont_read_files(int root, size_t count, const char *paths, size_t paths_size, uint8_t *out,
                                size_t room, int64_t *got, int64_t *mtime, int64_t *ctime, uint8_t *bare)
{
    struct walk walk;
    const char *path = paths, *const end = paths + paths_size;
    size_t used = 0;
    walk_begin(&walk, root, 0);
    for (size_t i = 0; i < count; i++) {
        const char *name, *zero = path < end ? memchr(path, 0, (size_t)(end - path)) : NULL;
        got[i] = -EINVAL;
        mtime[i] = ctime[i] = bare[i] = 0;
        if (!zero)
            continue;
        int folder = walk_to(&walk, path, (size_t)(zero - path), &name), fd;
        path = zero + 1;
        if (folder < 0 || (fd = open_quietly(folder, name)) < 0) {
            got[i] = -errno;
            continue;
        }
        got[i] = read_one(fd, out + used, room - used, &mtime[i], &ctime[i]);
        bare[i] = !flistxattr(fd, NULL, 0);
        close(fd);
        used += got[i] > 0 ? (size_t)got[i] : 0;
    }
    walk_end(&walk);
    return used;
}
#endif
