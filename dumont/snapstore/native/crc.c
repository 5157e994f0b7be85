/* CRC-32C (Castagnoli), which object stores check uploads by: by the processor's own instruction where it has one. */
#include "dumont.h"

static uint32_t table[8][256];

__attribute__((constructor)) static void begin(void)
{
    for (uint32_t v = 0; v < 256; v++) {
        uint32_t c = v;
        for (int bit = 0; bit < 8; bit++)
            c = c >> 1 ^ (c & 1 ? 0x82F63B78 : 0);
        table[0][v] = c;
    }
    for (uint32_t v = 0; v < 256; v++)
        for (int k = 1; k < 8; k++)
            table[k][v] = table[k - 1][v] >> 8 ^ table[0][table[k - 1][v] & 255];
}

static uint32_t plain(uint32_t c, const uint8_t *data, size_t size)
{
    for (; size >= 8; data += 8, size -= 8) {
        uint64_t v = load64(data) ^ c;
        c = 0;
        for (int k = 0; k < 8; k++)
            c ^= table[7 - k][v >> 8 * k & 255];
    }
    while (size--)
        c = c >> 8 ^ table[0][(c ^ *data++) & 255];
    return c;
}

#if defined(__x86_64__)
#define LANE 4096 /* three of these beside each other, as the instruction takes three beats */

/* What `c` becomes behind LANE zero bytes: the same whatever it is, so a table for each of its bytes. */
static uint32_t behind[4][256];

__attribute__((constructor)) static void begin_lanes(void)
{
    static const uint8_t zeros[LANE];
    begin();
    for (uint32_t v = 0; v < 256; v++)
        for (int k = 0; k < 4; k++)
            behind[k][v] = !(v & (v - 1)) ? plain(v << 8 * k, zeros, LANE)
                                                        : behind[k][v & (v - 1)] ^ behind[k][v & -v];
}

static uint32_t moved(uint32_t c)
{
    return behind[0][c & 255] ^ behind[1][c >> 8 & 255] ^ behind[2][c >> 16 & 255] ^ behind[3][c >> 24];
}

__attribute__((target("sse4.2"))) static uint32_t quick(uint32_t c, const uint8_t *data, size_t size)
{
    for (; size >= 3 * LANE; data += 3 * LANE, size -= 3 * LANE) {
        uint64_t a = c, b = 0, d = 0;
        for (size_t i = 0; i < LANE; i += 8) {
            a = __builtin_ia32_crc32di(a, load64(data + i));
            b = __builtin_ia32_crc32di(b, load64(data + LANE + i));
            d = __builtin_ia32_crc32di(d, load64(data + 2 * LANE + i));
        }
        c = moved(moved((uint32_t)a) ^ (uint32_t)b) ^ (uint32_t)d;
    }
    for (; size >= 8; data += 8, size -= 8)
        c = (uint32_t)__builtin_ia32_crc32di(c, load64(data));
    return plain(c, data, size);
}
#endif

DUMONT uint32_t dumont_crc32c(uint32_t before, const uint8_t *data, size_t size)
{
#if defined(__x86_64__)
    if (level >= AVX2)
        return ~quick(~before, data, size);
#endif
    return ~plain(~before, data, size);
}
