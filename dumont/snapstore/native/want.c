/* What a restore waits for: the pieces of all wanted files, in the lists of the chunks that they are made of. */
#include "dumont.h"

/* `head` is the first piece of each chunk, `next` the one behind each; whose each is, where it begins in its file, and
   how many bytes each file waits for. */
DUMONT void dumont_want(const uint32_t *files, size_t count, const uint64_t *starts, const uint32_t *chunk_of,
                        const uint64_t *length, uint32_t *head, uint32_t *next, uint32_t *whose, uint64_t *at,
                        uint64_t *left)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t file = files[i];
        uint64_t place = 0;
        for (uint64_t piece = starts[file]; piece < starts[file + 1]; place += length[piece++]) {
            const uint32_t chunk = chunk_of[piece];
            if (chunk == HOLE)
                continue;
            next[piece] = head[chunk];
            head[chunk] = (uint32_t)piece;
            whose[piece] = file;
            at[piece] = place;
            left[file] += length[piece];
        }
    }
}
