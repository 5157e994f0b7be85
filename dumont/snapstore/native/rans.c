/* The rANS coder of FORMAT.md, section 5: tables, the writer, and the reader in plain C. */
#include "dumont.h"

#define TOTAL 4096u

/* For each mask of lanes that take a word: which of the next words each takes. Made here and not beside its use, as
   what is compiled for AVX2 must not run where there is none. */
uint8_t rans_takes[256][8];

__attribute__((constructor)) static void begin(void)
{
    for (int mask = 0; mask < 256; mask++)
        for (int lane = 0, next = 0; lane < 8; lane++)
            if (mask >> lane & 1)
                rans_takes[mask][lane] = (uint8_t)next++;
}

/* Reads table and states; nothing is believed. */
int rans_open(struct rans_reader *r, const uint8_t *data, size_t size)
{
    size_t at = 32;
    uint32_t sum = 0;
    if (size < 32)
        return 0;
    for (uint32_t v = 0; v < 256; v++) {
        if (!(data[v / 8] >> v % 8 & 1))
            continue;
        if (size - at < 2)
            return 0;
        uint32_t f = load16(data + at);
        at += 2;
        if (f < 1 || f >= TOTAL || sum + f > TOTAL)
            return 0;
        for (uint32_t i = 0; i < f; i++)
            r->table[sum + i] = v << 24 | f << 12 | i;
        sum += f;
    }
    if (sum != TOTAL || size - at < 4 * WAYS || (size - at) % 2)
        return 0;
    memcpy(r->x, data + at, 4 * WAYS);
    for (int i = 0; i < WAYS; i++)
        if (r->x[i] < LOW)
            return 0;
    r->at = data + at + 4 * WAYS;
    r->end = data + size;
    return 1;
}

int rans_closes(const struct rans_reader *r)
{
    uint32_t other = 0;
    for (int i = 0; i < WAYS; i++)
        other |= r->x[i] ^ LOW;
    return !other && r->at == r->end;
}

int rans_read_plain(struct rans_reader *r, uint8_t *out, size_t n)
{
    const uint8_t *at = r->at, *const end = r->end;
    for (size_t i = 0; i < n; i++) {
        uint32_t x = r->x[i % WAYS], found = r->table[x % TOTAL];
        x = (found >> 12 & 4095) * (x >> 12) + (found & 4095);
        if (x < LOW) {
            if (UNLIKELY(at == end))
                return 0;
            x = x << 16 | load16(at);
            at += 2;
        }
        r->x[i % WAYS] = x;
        out[i] = (uint8_t)(found >> 24);
    }
    r->at = at;
    return 1;
}

/* Frequencies that sum up to 4096; what comes at all gets at least 1. */
static void scale(const uint32_t counts[256], uint32_t made[256])
{
    uint64_t total = 0;
    int32_t over = -(int32_t)TOTAL;
    for (int v = 0; v < 256; v++)
        total += counts[v];
    for (int v = 0; v < 256; v++) {
        uint32_t f = (uint32_t)((counts[v] * (uint64_t)TOTAL + total / 2) / total);
        made[v] = counts[v] ? MAX(f, 1) : 0;
        over += (int32_t)made[v];
    }
    /* Rounding is made good where it costs least: at the most frequent one, a little at a time. */
    while (over) {
        int most = 0;
        for (int v = 1; v < 256; v++)
            if (made[v] > made[most])
                most = v;
        int32_t step = MIN(over, (int32_t)(made[most] / 2));
        made[most] -= (uint32_t)step;
        over -= step;
    }
}

static void make_entries(const uint32_t f[256], struct rans_symbol *table)
{
    uint32_t start = 0;
    for (int v = 0; v < 256; v++) {
        if (!f[v])
            continue;
        /* 1 has no inverse in 64 bits: the quotient falls one short, which the bias makes good. */
        table[v].inverse = f[v] > 1 ? UINT64_MAX / f[v] + 1 : UINT64_MAX;
        table[v].full = (f[v] << 20) - 1;
        table[v].others = (uint16_t)(TOTAL - f[v]);
        table[v].bias = (uint16_t)(start + (f[v] > 1 ? 0 : TOTAL - 1));
        start += f[v];
    }
}

/* A word that does not leave is written over by the next. */
uint8_t *rans_write_plain(const uint8_t *data, size_t n, const struct rans_symbol *table, uint32_t x[WAYS],
                          uint8_t *at)
{
    for (size_t i = n; i-- > 0;) {
        const struct rans_symbol *e = &table[data[i]];
        uint32_t state = x[i % WAYS];
        const uint32_t leaves = state > e->full;
        store16(at - 2, (uint16_t)state);
        at -= 2 * leaves;
        state >>= 16 * leaves;
        /* 4096 times the quotient, the remainder, and the start: which is this. */
        uint32_t q = (uint32_t)((unsigned __int128)state * e->inverse >> 64);
        x[i % WAYS] = state + e->bias + q * e->others;
    }
    return at;
}

/* The plane's data, or 0 if it would not be shorter than `room`. At least two symbols must come. */
size_t rans_encode(const uint8_t *data, size_t n, const uint32_t counts[256], uint8_t *out, size_t room)
{
    uint32_t f[256], x[WAYS];
    struct rans_symbol table[256] = {{0}};
    scale(counts, f);
    make_entries(f, table);
    rans_write *write = rans_write_plain;
#if defined(__x86_64__)
    write = level >= AVX512 ? rans_write_avx512 : rans_write_plain;
#endif
    uint8_t *words = room_take(2 * n + 64);
    if (!words)
        return 0;
    for (int i = 0; i < WAYS; i++)
        x[i] = LOW;
    uint8_t *end = words + 2 * n + 64, *at = write(data, n, table, x, end);
    size_t size = 32 + 4 * WAYS + (size_t)(end - at), put = 32;
    for (int v = 0; v < 256; v++)
        size += f[v] ? 2 : 0;
    if (size <= room) {
        memset(out, 0, 32);
        for (int v = 0; v < 256; v++) {
            if (!f[v])
                continue;
            out[v / 8] |= (uint8_t)(1 << v % 8);
            store16(out + put, (uint16_t)f[v]);
            put += 2;
        }
        memcpy(out + put, x, 4 * WAYS);
        memcpy(out + put + 4 * WAYS, at, (size_t)(end - at));
    }
    room_give(words);
    return size <= room ? size : 0;
}
