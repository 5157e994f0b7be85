/* One kernel of BLAKE3 for LANES inputs beside each other; included once for each width, with NAME, LANES and FETCH. */
#include "blake3.h"
#include "dumont.h"

typedef uint32_t vec __attribute__((vector_size(4 * LANES)));

#define ALL(x) ((vec){0} + (uint32_t)(x))
#define TURN(x, by) ((x) >> (by) | (x) << (32 - (by)))
#define MIX(a, b, c, d, x, y)         \
    a += b + (x);                     \
    d ^= a; d = TURN(d, 16);          \
    c += d;                           \
    b ^= c; b = TURN(b, 12);          \
    a += b + (y);                     \
    d ^= a; d = TURN(d, 8);           \
    c += d;                           \
    b ^= c; b = TURN(b, 7);
#define M(r, i) m[blake3_schedule[r][i]]
#define ROUND(r)                                             \
    MIX(v[0], v[4], v[8], v[12], M(r, 0), M(r, 1))           \
    MIX(v[1], v[5], v[9], v[13], M(r, 2), M(r, 3))           \
    MIX(v[2], v[6], v[10], v[14], M(r, 4), M(r, 5))          \
    MIX(v[3], v[7], v[11], v[15], M(r, 6), M(r, 7))          \
    MIX(v[0], v[5], v[10], v[15], M(r, 8), M(r, 9))          \
    MIX(v[1], v[6], v[11], v[12], M(r, 10), M(r, 11))        \
    MIX(v[2], v[7], v[8], v[13], M(r, 12), M(r, 13))         \
    MIX(v[3], v[4], v[9], v[14], M(r, 14), M(r, 15))

/* `flags` are those of the first block, of those between, and beside these of the last one; */
/* a counter that counts goes up from lane to lane. */
void NAME(const uint8_t *const *in, size_t blocks, const uint32_t key[8], uint64_t counter, int counts,
          const uint32_t flags[3], uint32_t (*out)[8])
{
    vec cv[8], low, high;
    for (int i = 0; i < 8; i++)
        cv[i] = ALL(key[i]);
    for (int i = 0; i < LANES; i++) {
        uint64_t mine = counter + (counts ? (uint64_t)i : 0);
        low[i] = (uint32_t)mine;
        high[i] = (uint32_t)(mine >> 32);
    }
    for (size_t block = 0; block < blocks; block++) {
        uint32_t now = (block == 0 ? flags[0] : flags[1]) | (block + 1 == blocks ? flags[2] : 0);
        vec m[16], v[16];
        FETCH(in, block * 64, m);
        for (int i = 0; i < 8; i++)
            v[i] = cv[i];
        for (int i = 0; i < 4; i++)
            v[8 + i] = ALL(blake3_iv[i]);
        v[12] = low;
        v[13] = high;
        v[14] = ALL(64);
        v[15] = ALL(now);
        ROUND(0) ROUND(1) ROUND(2) ROUND(3) ROUND(4) ROUND(5) ROUND(6)
        for (int i = 0; i < 8; i++)
            cv[i] = v[i] ^ v[i + 8];
    }
    for (int word = 0; word < 8; word++)
        for (int lane = 0; lane < LANES; lane++)
            out[lane][word] = cv[word][lane];
}
