/* Two trees side by side, in the order of manifests: what of one stands in the other, and is what it must be. */
#include "dumont.h"

#define TAKEN 1 /* files and folders: the kinds up to this one */

/* Columns of a tree; each path has a zero byte behind it. */
struct rows {
    const uint8_t *paths, *kind;
    const uint64_t *size;
    const int64_t *mtime, *ctime;
    const uint64_t *inode;
};

struct place {
    const uint8_t *at;
    size_t left, size, row;
};

static int goes_on(struct place *p, size_t rows)
{
    const uint8_t *zero = p->row < rows && p->left ? memchr(p->at, 0, p->left) : NULL;
    p->size = zero ? (size_t)(zero - p->at) : 0;
    return !!zero;
}

static void next(struct place *p)
{
    p->at += p->size + 1;
    p->left -= p->size + 1;
    p->row++;
}

/* By the bytes of the parts: what ends a part stands before all that may be in one. */
static int compared(const struct place *a, const struct place *b)
{
    const size_t both = MIN(a->size, b->size);
    size_t i = 0;
    if (a->size == b->size && !memcmp(a->at, b->at, both))
        return 0;
    while (i < both && a->at[i] == b->at[i])
        i++;
    if (i == both)
        return a->size < b->size ? -1 : 1;
    const unsigned mine = a->at[i] == '/' ? 0 : a->at[i], other = b->at[i] == '/' ? 0 : b->at[i];
    return mine < other ? -1 : 1;
}

/* For each row of `now` the row of `old` that has its path, kind, size, times and inode, or -1. */
DUMONT void dumont_match(const struct rows *now, size_t now_size, size_t now_rows, const struct rows *old,
                         size_t old_size, size_t old_rows, int32_t *found)
{
    struct place a = {now->paths, now_size, 0, 0}, b = {old->paths, old_size, 0, 0};
    memset(found, 0xff, now_rows * sizeof *found);
    while (goes_on(&a, now_rows) && goes_on(&b, old_rows)) {
        const int order = compared(&a, &b);
        const size_t i = a.row, j = b.row;
        if (!order && now->kind[i] <= TAKEN && now->kind[i] == old->kind[j] && now->size[i] == old->size[j]
            && now->mtime[i] == old->mtime[j] && now->ctime[i] == old->ctime[j] && now->inode[i] == old->inode[j])
            found[i] = (int32_t)j;
        if (order <= 0)
            next(&a);
        if (order >= 0)
            next(&b);
    }
}

/* For each row of `now` the row of `old` that has its path, or -1. */
DUMONT void dumont_align(const uint8_t *now, size_t now_size, size_t now_rows, const uint8_t *old, size_t old_size,
                         size_t old_rows, int32_t *found)
{
    struct place a = {now, now_size, 0, 0}, b = {old, old_size, 0, 0};
    memset(found, 0xff, now_rows * sizeof *found);
    while (goes_on(&a, now_rows) && goes_on(&b, old_rows)) {
        const int order = compared(&a, &b);
        if (!order)
            found[a.row] = (int32_t)b.row;
        if (order <= 0)
            next(&a);
        if (order >= 0)
            next(&b);
    }
}

enum { IS_FILE = 0, IS_FOLDER = 1, IS_ABSENT = 254 };
enum { NOTHING = 0, WHOLE = 1, FOLDER = 2, OTHER = 3 };

/* Columns of what is wanted, and of what stands there. */
struct state {
    const uint8_t *kind;
    const uint64_t *size;
    const int64_t *mtime;
    const uint32_t *mode, *uid, *gid;
};

static int is_whole(const struct state *a, size_t i, const struct state *b, size_t j, int owners)
{
    return a->kind[i] == IS_FILE && a->size[i] == b->size[j] && a->mtime[i] == b->mtime[j] && a->mode[i] == b->mode[j]
           && (!owners || (a->uid[i] == b->uid[j] && a->gid[i] == b->gid[j]));
}

/* Of entries of a snapshot, each with the row that it has in `seen` (or -1): whether nothing stands there, the very file,
   a folder as it must be one, or what has to be looked at more closely. */
DUMONT void dumont_judge(const struct state *wanted, const struct state *seen, size_t count, const uint32_t *entry,
                         const int32_t *at, int owners, uint8_t *verdict)
{
    for (size_t i = 0; i < count; i++) {
        const size_t e = entry[i], row = at[i] < 0 ? 0 : (size_t)at[i];
        if (at[i] < 0 || seen->kind[row] == IS_ABSENT)
            verdict[i] = NOTHING;
        else if (wanted->kind[e] != seen->kind[row])
            verdict[i] = OTHER;
        else if (wanted->kind[e] == IS_FOLDER)
            verdict[i] = FOLDER;
        else
            verdict[i] = is_whole(wanted, e, seen, row, owners) ? WHOLE : OTHER;
    }
}
