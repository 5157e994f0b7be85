/* Writes files. */
#ifndef FILES_H
#define FILES_H

#include "walk.h"
#include <stdint.h>

enum { OWNERS = 2 };

struct file {
    const uint8_t *data;
    size_t size;
    uint32_t mode, uid, gid;
    int64_t mtime;
};

/* All of it; 0, or errno. */
int write_all(int fd, const uint8_t *data, size_t size);
/* At a path below the walk's root; 0, or errno. What is there already is not touched. */
int write_file(struct walk *walk, const char *path, size_t size, const struct file *f, int flags);

#endif
