/* Looks at a whole tree in one call: what is there goes into columns, in the order of a manifest. */
#if defined(__linux__)
#define _GNU_SOURCE
#include "dumont.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { ONE_FILESYSTEM = 1, XATTRS = 2 };
enum { IS_FILE = 0, IS_FOLDER = 1, IS_LINK = 2, IS_OTHER = 255 };
enum {
    PATH, KIND, MODE, UID, GID, MTIME, CTIME, INODE, DEVICE, LINKS, SIZE, BLOCKS, XATTR, ERROR, TARGET, COLUMNS
};
#define DEEPEST 2000 /* the stack's end, long before it is reached */

struct column {
    uint8_t *data;
    size_t size, room;
};

struct scan {
    struct column columns[COLUMNS];
    struct column path; /* of the folder at hand */
    const char *skipped;
    size_t skipped_size;
    uint64_t device;
    int flags, out_of_memory;
};

static void *grow(struct scan *s, struct column *c, size_t by)
{
    if (c->room - c->size < by) {
        size_t room = c->room * 2 > c->size + by ? c->room * 2 : c->size + by + 4096;
        uint8_t *made = s->out_of_memory ? NULL : realloc(c->data, room);
        if (!made) {
            s->out_of_memory = 1;
            return NULL;
        }
        c->data = made;
        c->room = room;
    }
    c->size += by;
    return c->data + c->size - by;
}

static void put(struct scan *s, int which, const void *data, size_t size)
{
    void *to = grow(s, &s->columns[which], size);
    if (to && size)
        memcpy(to, data, size);
}

static void put32(struct scan *s, int which, uint32_t value) { put(s, which, &value, 4); }
static void put64(struct scan *s, int which, uint64_t value) { put(s, which, &value, 8); }
static void put8(struct scan *s, int which, uint8_t value) { put(s, which, &value, 1); }

static uint64_t moment(const struct timespec *t) { return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec; }

/* 0 none, 1 some, 2 nobody can tell: there is no call for the child of an open folder, but by way of /proc. */
static uint8_t has_xattrs(int folder, const char *name)
{
    char path[300];
    if (snprintf(path, sizeof path, "/proc/self/fd/%d/%s", folder, name) >= (int)sizeof path)
        return 2;
    ssize_t size = llistxattr(path, NULL, 0);
    return size > 0 ? 1 : size == 0 || errno == ENOTSUP ? 0 : 2;
}

static void put_target(struct scan *s, int folder, const char *name)
{
    char target[4097];
    ssize_t size = readlinkat(folder, name, target, sizeof target - 1);
    put(s, TARGET, target, size > 0 ? (size_t)size : 0);
    put8(s, TARGET, 0);
}

/* One row. Returns its kind. */
static int put_entry(struct scan *s, int folder, const char *name, const struct stat *st)
{
    const int kind = S_ISREG(st->st_mode) ? IS_FILE : S_ISDIR(st->st_mode) ? IS_FOLDER
                     : S_ISLNK(st->st_mode) ? IS_LINK : IS_OTHER;
    if (s->path.size && *name) {
        put(s, PATH, s->path.data, s->path.size);
        put8(s, PATH, '/');
    }
    put(s, PATH, name, strlen(name) + 1);
    put8(s, KIND, (uint8_t)kind);
    put32(s, MODE, st->st_mode & 07777);
    put32(s, UID, st->st_uid);
    put32(s, GID, st->st_gid);
    put64(s, MTIME, moment(&st->st_mtim));
    put64(s, CTIME, moment(&st->st_ctim));
    put64(s, INODE, st->st_ino);
    put64(s, DEVICE, st->st_dev);
    put64(s, LINKS, st->st_nlink);
    put64(s, SIZE, kind == IS_FILE ? (uint64_t)st->st_size : 0);
    put64(s, BLOCKS, (uint64_t)st->st_blocks);
    put8(s, XATTR, s->flags & XATTRS ? has_xattrs(folder, name) : 2);
    put32(s, ERROR, 0);
    if (kind == IS_LINK)
        put_target(s, folder, name);
    return kind;
}

/* Of the row that ends there in the column of errors. */
static void fail(struct scan *s, size_t end, int why)
{
    struct column *c = &s->columns[ERROR];
    if (!s->out_of_memory && end >= 4)
        store32(c->data + end - 4, (uint32_t)why);
}

static void fail_last(struct scan *s, int why) { fail(s, s->columns[ERROR].size, why); }

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

static void look_into(struct scan *s, int folder, int depth);

static int open_folder(int folder, const char *name)
{
    const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(folder, name, how | O_NOATIME);
    return fd < 0 && errno == EPERM ? openat(folder, name, how) : fd;
}

static void descend(struct scan *s, int folder, const char *name, int depth)
{
    const size_t before = s->path.size;
    int fd = depth < DEEPEST ? open_folder(folder, name) : -1;
    if (fd < 0) {
        fail_last(s, depth < DEEPEST ? errno : ENAMETOOLONG);
        return;
    }
    size_t size = strlen(name), slash = before ? 1 : 0;
    uint8_t *to = grow(s, &s->path, size + slash);
    if (to) {
        if (slash)
            *to = '/';
        memcpy(to + slash, name, size);
        look_into(s, fd, depth + 1);
    }
    s->path.size = before;
    close(fd);
}

static void look_into(struct scan *s, int folder, int depth)
{
    struct column names = {0};
    size_t count = 0;
    const size_t row = s->columns[ERROR].size;
    if (s->columns[XATTR].size && s->columns[XATTR].data[s->columns[XATTR].size - 1] == 2 && !flistxattr(folder, NULL, 0))
        s->columns[XATTR].data[s->columns[XATTR].size - 1] = 0; /* it is open: to ask costs nothing */
    int why = list(s, folder, &names, &count);
    if (why)
        fail(s, row, why);
    const char **order = s->out_of_memory ? NULL : malloc((count + 1) * sizeof *order);
    const char *at = (const char *)names.data;
    for (size_t i = 0; order && i < count; i++, at += strlen(at) + 1)
        order[i] = at;
    if (order)
        qsort(order, count, sizeof *order, by_bytes);
    else
        s->out_of_memory = 1;
    for (size_t i = 0; i < count && !s->out_of_memory; i++) {
        struct stat st;
        if (syscall(SYS_newfstatat, folder, order[i], &st, AT_SYMLINK_NOFOLLOW)) {
            if (errno != ENOENT) /* else it went away meanwhile */
                fail(s, row, errno);
            continue;
        }
        int kind = put_entry(s, folder, order[i], &st);
        int here = !(s->flags & ONE_FILESYSTEM) || st.st_dev == s->device;
        if (kind == IS_FOLDER && here && !is_skipped(s, order[i]))
            descend(s, folder, order[i], depth);
    }
    free(order);
    free(names.data);
}

DUMONT void dumont_scan_free(struct scan *s)
{
    for (int i = 0; i < COLUMNS; i++)
        free(s->columns[i].data);
    free(s->path.data);
    free(s);
}

/* Begins with the root itself, whose path is empty. `skipped`: names of folders not to look into. NULL with errno. */
DUMONT struct scan *dumont_scan(int root, int flags, const char *skipped, size_t skipped_size, int *why)
{
    struct stat st;
    struct scan *s = calloc(1, sizeof *s);
    *why = ENOMEM;
    if (!s)
        return NULL;
    s->flags = flags;
    s->skipped = skipped;
    s->skipped_size = skipped_size;
    if (syscall(SYS_newfstatat, root, "", &st, AT_EMPTY_PATH)) {
        *why = errno;
        dumont_scan_free(s);
        return NULL;
    }
    s->device = st.st_dev;
    put_entry(s, root, "", &st);
    int fd = open_folder(root, "."); /* anew, as a descriptor remembers how far it was listed */
    if (fd < 0) {
        fail_last(s, errno);
    } else {
        look_into(s, fd, 0);
        close(fd);
    }
    if (s->out_of_memory) {
        dumont_scan_free(s);
        return NULL;
    }
    *why = 0;
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
