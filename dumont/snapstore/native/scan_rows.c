/* The rows of what a scan has seen, in columns. */
#if defined(__linux__)
#define _GNU_SOURCE
#include "dumont.h"
#include "scan.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <unistd.h>

void *grow(struct scan *s, struct column *c, size_t by)
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
int put_entry(struct scan *s, int folder, const char *name, const struct stat *st)
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
void fail(struct scan *s, size_t row, int why)
{
    struct column *c = &s->columns[ERROR];
    if (!row)
        s->failed = why;
    else if (!s->out_of_memory)
        store32(c->data + row - 4, (uint32_t)why);
}

/* The rows of a scan and of its parts, behind each other. */
static void copy(struct scan *to, const struct scan *from)
{
    size_t done[COLUMNS] = {0};
    for (const struct part *p = from->parts; p; p = p->next) {
        for (int i = 0; i < COLUMNS; i++)
            put(to, i, from->columns[i].data + done[i], p->behind[i] - done[i]);
        memcpy(done, p->behind, sizeof done);
        copy(to, &p->scan);
    }
    for (int i = 0; i < COLUMNS; i++)
        put(to, i, from->columns[i].data + done[i], from->columns[i].size - done[i]);
}

/* Tells the folder's own row of what went wrong with the part of it that was given away. */
static void hear(struct scan *s)
{
    for (struct part *p = s->parts; p; p = p->next) {
        hear(&p->scan);
        s->out_of_memory |= p->scan.out_of_memory;
        if (p->scan.failed)
            fail(s, p->row, p->scan.failed);
    }
}

void free_part(struct part *part)
{
    free_rows(&part->scan);
    free(part->names.data);
    free(part->frame.names);
    free(part);
}

void free_rows(struct scan *s)
{
    for (struct part *next, *part = s->parts; part; part = next) {
        next = part->next;
        free_part(part);
    }
    for (int i = 0; i < COLUMNS; i++)
        free(s->columns[i].data);
    free(s->path.data);
}

int join_parts(struct scan *s)
{
    struct scan whole = {0};
    hear(s);
    if (!s->parts || s->out_of_memory)
        return !s->out_of_memory;
    copy(&whole, s);
    free_rows(s);
    *s = whole;
    return !s->out_of_memory;
}
#endif
