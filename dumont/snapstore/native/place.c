/* The middle of a restore: fetched frames become chunks, small files are written, of larger ones is told which bytes go
   where. Works on whole columns of a manifest, so that Python has nothing to do for each file. */
#if defined(__linux__)
#define _GNU_SOURCE
#include "dumont.h"
#include "files.h"
#include <errno.h>

#define GROUP (4u << 20) /* decoded at once: less than the processor's last cache, so what is written is still near */
#define PAGE 4096
#define SMALL (256u << 10)
#define END 0xFFFFFFFFu
#define BY_HAND 1

/* Python's `Columns`, in its order. The pieces of a chunk are a list: `head` is its first, `next` the one behind each. */
struct plan {
    const uint32_t *offset, *stored, *raw; /* of chunks */
    const uint8_t *codec, *name;
    const uint32_t *head, *next, *entry, *within; /* of pieces: whose they are, where in the chunk */
    const uint64_t *at, *length;                  /* where in the file */
    const uint64_t *size;                         /* of entries */
    const uint32_t *mode, *uid, *gid;
    const int64_t *mtime;
    const uint8_t *by_hand;
    const uint64_t *path; /* lengths summed up: each path has a zero byte behind it */
    const char *paths;
};

/* Where a chunk would begin in a file that it is for: what lies so in its page can pass the page cache. */
static uint64_t begins(const struct plan *p, uint32_t chunk)
{
    const uint32_t piece = p->head[chunk];
    return piece == END ? 0 : p->at[piece] - p->within[piece];
}

static int unfold(const struct plan *p, uint32_t chunk, const uint8_t *data, size_t size, uint64_t at, size_t stored,
                  uint8_t *out, size_t room, const uint8_t *key)
{
    const size_t n = p->raw[chunk];
    if (n > LONGEST || n > room || at > size || stored > size - at)
        return DAMAGED;
    return frame_open(p->codec[chunk], data + at, stored, out, n, p->name + 32 * (size_t)chunk, key);
}

/* From number `first` on decodes as many of these chunks as make a group; `data` is the pack from `start` on. Says which
   comes next; for each its place in `out`, and why it is not good. `stored`, where given, is for each what its payload
   takes. */
DUMONT size_t dumont_unfold(const struct plan *p, const uint8_t *data, size_t size, uint64_t start,
                            const uint32_t *chunks, const uint32_t *stored, size_t first, size_t count, uint8_t *out,
                            size_t room, const uint8_t *key_or_null, uint64_t *places, uint8_t *why)
{
    uint64_t end = 0;
    size_t i = first;
    for (; i < count; i++) {
        const uint32_t chunk = chunks[i];
        const uint64_t place = end + (begins(p, chunk) - end) % PAGE;
        if (i > first && place + p->raw[chunk] > GROUP)
            break;
        places[i] = place;
        why[i] = place > room ? DAMAGED
                              : (uint8_t)unfold(p, chunk, data, size, p->offset[chunk] - start,
                                                stored ? stored[i] : p->stored[chunk], out + place, room - place,
                                                key_or_null);
        end = place + p->raw[chunk];
    }
    return i;
}

/* What became of small files, and bytes of larger ones; as many rows as there is room for. */
struct told {
    uint64_t chunk, piece; /* goes on here; the piece may be END: with the first one */
    uint64_t small, failed, parts;
    uint64_t bytes; /* of the small ones that are whole */
};
struct part {
    uint64_t entry, at, place, length;
};

static int small_file(const struct plan *p, uint32_t entry, const uint8_t *data, struct walk *walk, int flags)
{
    const uint64_t path = p->path[entry] + entry;
    const struct file file = {data, p->size[entry], p->mode[entry], p->uid[entry], p->gid[entry], p->mtime[entry]};
    if (p->by_hand[entry])
        return BY_HAND;
    return write_file(walk, p->paths + path, p->path[entry + 1] - p->path[entry], &file, flags);
}

/* Neighbours in the file that are neighbours in the buffer are one part. */
static void add_part(struct part *parts, uint64_t *count, const struct part *more)
{
    struct part *last = *count ? &parts[*count - 1] : NULL;
    if (last && last->entry == more->entry && last->at + last->length == more->at
        && last->place + last->length == more->place)
        last->length += more->length;
    else
        parts[(*count)++] = *more;
}

/* Spreads chunks that stand in `out` over the files below `root` that are made of them, from where `told` says on; those
   with a `why` are passed over. `small`: entry, place and errno of each small file, in three columns of `most`. */
DUMONT void dumont_spread(const struct plan *p, int root, int flags, const uint8_t *out, size_t room,
                          const uint32_t *chunks, const uint64_t *places, const uint8_t *why, size_t count,
                          struct told *told, uint64_t *small, struct part *parts, size_t most)
{
    struct walk walk;
    walk_begin(&walk, root, 1);
    told->small = told->failed = told->parts = told->bytes = 0;
    for (; told->chunk < count; told->chunk++, told->piece = END) {
        if (why[told->chunk])
            continue;
        uint32_t piece = told->piece == END ? p->head[chunks[told->chunk]] : (uint32_t)told->piece;
        for (; piece != END && told->small < most && told->parts < most; piece = p->next[piece]) {
            const uint32_t entry = p->entry[piece];
            const struct part part = {entry, p->at[piece], places[told->chunk] + p->within[piece], p->length[piece]};
            if (part.length != p->size[entry] || part.length > SMALL) {
                add_part(parts, &told->parts, &part);
                continue;
            }
            const int wrong = part.place > room || part.length > room - part.place
                                  ? EINVAL
                                  : small_file(p, entry, out + part.place, &walk, flags);
            small[told->small] = entry;
            small[most + told->small] = part.place;
            small[2 * most + told->small++] = (uint64_t)wrong;
            told->failed += !!wrong;
            told->bytes += wrong ? 0 : part.length;
        }
        told->piece = piece;
        if (piece != END)
            break;
    }
    walk_end(&walk);
}
#endif
