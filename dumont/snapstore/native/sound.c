/* FORMAT.md's list of what a reader must refuse, for the columns of a whole manifest in one call. */
#include "dumont.h"
#include <stdlib.h>

enum { FILE_ = 0, FOLDER = 1, HARDLINK = 3 };
#define LONGEST_PATH 65536
#define LONGEST_PART 255
#define FIRST_FRAME 8
#define MOST_PACK ((64ull << 20) + (1 << 20))

/* Numbers of the sentences that Python says. */
enum {
    SOUND, NO_ROOT, UNORDERED, NO_PARENT, ELSEWHERE, TOO_LONG, FROM_MACHINES_ROOT, NO_KIND, NO_MODE,
    OUTSIDE_CHUNK, NOTHING, OTHER_SIZE, NO_FILE, LARGE_PACK, ODD_CHUNK, OUTSIDE_PACK, OTHER_COUNT, NO_MEMORY
};

struct path {
    const uint8_t *at;
    size_t size;
};

/* By the bytes of the parts: what ends a part stands before all that may be in one. */
static int comes_after(struct path a, struct path b)
{
    const size_t both = MIN(a.size, b.size);
    size_t i = 0;
    while (i < both && a.at[i] == b.at[i])
        i++;
    if (i == both)
        return a.size > b.size;
    const unsigned mine = a.at[i] == '/' ? 0 : a.at[i], other = b.at[i] == '/' ? 0 : b.at[i];
    return mine > other;
}

static size_t before_last(struct path p)
{
    size_t at = p.size;
    while (at && p.at[at - 1] != '/')
        at--;
    return at; /* where the last part begins */
}

static int is_part(const uint8_t *at, size_t size)
{
    return size && size <= LONGEST_PART && !(at[0] == '.' && (size == 1 || (size == 2 && at[1] == '.')));
}

/* `above` holds the folders on the way to the entry before: in this order a parent can only be one of them. */
static int judge_path(struct path p, struct path before, const struct path *above, size_t *depth)
{
    if (!p.size || !comes_after(p, before))
        return UNORDERED;
    if (p.at[0] == '/')
        return FROM_MACHINES_ROOT;
    const size_t last = before_last(p), parent = last ? last - 1 : 0;
    if (!is_part(p.at + last, p.size - last))
        return ELSEWHERE;
    if (p.size > LONGEST_PATH)
        return TOO_LONG;
    while (*depth && (above[*depth - 1].size > parent || memcmp(above[*depth - 1].at, p.at, above[*depth - 1].size)
                      || (above[*depth - 1].size && p.at[above[*depth - 1].size] != '/')))
        *depth -= 1;
    return *depth && above[*depth - 1].size == parent ? SOUND : NO_PARENT;
}

/* `paths`: `entries` of them, each followed by a zero byte. */
DUMONT int dumont_sound_paths(const uint8_t *paths, size_t size, size_t entries, const uint8_t *kind,
                              const uint32_t *mode)
{
    struct path *above = NULL, before = {paths, 0};
    size_t depth = 0, room = 0, at = 0;
    int why = SOUND;
    for (size_t i = 0; i < entries && !why; i++) {
        const uint8_t *end = at < size ? memchr(paths + at, 0, size - at) : NULL;
        if (!end) {
            why = OTHER_COUNT;
            break;
        }
        const struct path p = {paths + at, (size_t)(end - paths) - at};
        at += p.size + 1;
        why = i ? judge_path(p, before, above, &depth) : p.size || kind[0] != FOLDER ? NO_ROOT : SOUND;
        before = p;
        if (!why && kind[i] > HARDLINK)
            why = NO_KIND;
        if (!why && mode[i] > 07777)
            why = NO_MODE;
        if (why || kind[i] != FOLDER)
            continue;
        if (depth == room) {
            struct path *more = realloc(above, (room = room * 2 + 64) * sizeof *above);
            if (!more) {
                why = NO_MEMORY;
                break;
            }
            above = more;
        }
        above[depth++] = p;
    }
    free(above);
    return why ? why : at == size ? SOUND : OTHER_COUNT;
}

struct pieces {
    const uint32_t *chunk, *offset;
    const uint64_t *length;
};

/* That columns of pieces are as long as the entries say is for the caller to know. */
DUMONT int dumont_sound_pieces(size_t entries, const uint8_t *kind, const uint64_t *size, const uint32_t *pieces,
                               const uint32_t *chunk, const uint32_t *offset, const uint64_t *length, size_t chunks,
                               const uint32_t *raw)
{
    size_t piece = 0;
    for (size_t i = 0; i < entries; i++) {
        uint64_t total = 0;
        for (const size_t end = piece + pieces[i]; piece < end; piece++) {
            if (chunk[piece] != HOLE
                && (chunk[piece] >= chunks || length[piece] > raw[chunk[piece]]
                    || offset[piece] > raw[chunk[piece]] - length[piece]))
                return OUTSIDE_CHUNK;
            if (!length[piece])
                return NOTHING;
            if (length[piece] > UINT64_MAX - total)
                return OTHER_SIZE;
            total += length[piece];
        }
        if (total != size[i])
            return OTHER_SIZE;
        if (pieces[i] && kind[i] != FILE_)
            return NO_FILE;
    }
    return SOUND;
}

DUMONT int dumont_sound_chunks(size_t packs, const uint64_t *pack_size, size_t chunks, const uint32_t *pack,
                               const uint32_t *offset, const uint32_t *stored, const uint32_t *raw)
{
    for (size_t i = 0; i < packs; i++)
        if (pack_size[i] > MOST_PACK)
            return LARGE_PACK;
    for (size_t i = 0; i < chunks; i++) {
        if (!raw[i] || raw[i] > LONGEST)
            return ODD_CHUNK;
        if (pack[i] >= packs || offset[i] < FIRST_FRAME || (uint64_t)offset[i] + stored[i] > pack_size[pack[i]])
            return OUTSIDE_PACK;
    }
    return SOUND;
}
