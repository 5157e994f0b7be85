/* A look at a tree: rows in columns, and how threads share the looking. */
#ifndef SCAN_H
#define SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum { ONE_FILESYSTEM = 1, XATTRS = 2 };
enum { IS_FILE = 0, IS_FOLDER = 1, IS_LINK = 2, IS_OTHER = 255 };
enum {
    PATH, KIND, MODE, UID, GID, MTIME, CTIME, INODE, DEVICE, LINKS, SIZE, BLOCKS, XATTR, ERROR, TARGET, COLUMNS
};

struct column {
    uint8_t *data;
    size_t size, room;
};

/* A folder that is being looked into: the names in it, in order, and how far we are. */
struct frame {
    struct frame *deeper, *above;
    struct part *given; /* to other threads, of its last names; in order */
    const char **names;
    size_t next, count;
    size_t path; /* so much of the scan's path is its own */
    size_t row;  /* its own row's end in the column of errors; 0: it is not among these rows */
    int fd, depth;
};

/* What one thread looks at without a break. */
struct scan {
    struct column columns[COLUMNS];
    struct column path; /* of the folder at hand */
    struct frame *first, *last;
    struct part *parts, **end_of_parts;
    struct crew *crew;
    const char *skipped;
    size_t skipped_size;
    uint64_t device;
    int flags, out_of_memory;
    int failed; /* why not all of the folder in which it began could be looked at */
};

/* The last names of a folder, which another thread looks at: its rows belong behind those that are there by then. */
struct part {
    struct part *next;
    struct scan scan;
    struct frame frame;
    struct column names;
    size_t behind[COLUMNS];
    size_t row; /* of the folder, among the rows of whoever gave it away */
};

/* scan_rows.c */
void *grow(struct scan *s, struct column *c, size_t by);
int put_entry(struct scan *s, int folder, const char *name, const struct stat *st);
void fail(struct scan *s, size_t row, int why);
/* Whether there was room to put the rows of all parts into the columns, in the order of the tree. */
int join_parts(struct scan *s);
void free_rows(struct scan *s);
void free_part(struct part *part);

/* scan.c */
void look_at_names(struct scan *s, struct frame *f);

/* scan_crew.c */
/* Says that its own work is done, and helps until all of it is. */
void finish_with(struct crew *crew_or_null);
/* Gives the second half of what is left of the outermost folder to a thread that has nothing to do. */
void give_some(struct scan *s);
int is_somebody_idle(const struct crew *crew);

#endif
