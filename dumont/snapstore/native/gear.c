/* Where chunks end: the gear hash of FORMAT.md, section 9. */
#include "dumont.h"

#define WINDOW 64

/* The end of the chunk at `data`, or 0 if these bytes do not show it. Ends are found behind a byte. */
static size_t first_end(const uint8_t *data, size_t size, const uint64_t *gear, size_t least, size_t average,
                        size_t most)
{
    if (size < least)
        return 0;
    uint64_t h = 0;
    size_t at = least - WINDOW, last = MIN(size, most);
    size_t stops[2] = {MIN(average - 1, last), last};
    for (; at < least - 1; at++)
        h = (h << 1) + gear[data[at]];
    for (int half = 0; half < 2; half++) {
        const uint64_t limit = 1ull << (half ? 64 - 18 : 64 - 22);
        const size_t stop = stops[half];
#define STEP(i)                                  \
    h = (h << 1) + gear[data[at + (i)]];         \
    if (UNLIKELY(h < limit))                     \
        return at + (i) + 1;
        for (; at + 8 <= stop; at += 8) {
            STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5) STEP(6) STEP(7)
        }
        for (; at < stop; at++) {
            STEP(0)
        }
    }
    return last == most ? most : 0;
}

/* Writes at most `room` ends and says how many it found. */
DUMONT size_t dumont_cuts(const uint8_t *data, size_t size, const uint64_t *gear, size_t least, size_t average,
                          size_t most, uint64_t *ends, size_t room)
{
    size_t found = 0, begin = 0;
    if (least < WINDOW || average < least || most < average)
        return 0;
    while (found < room) {
        size_t end = first_end(data + begin, size - begin, gear, least, average, most);
        if (!end)
            break;
        begin += end;
        ends[found++] = begin;
    }
    return found;
}
