/* Finds out what the processor can do, and lets tests choose less. */
#include "dumont.h"

int level = PLAIN;

static int able(void)
{
#if defined(__x86_64__) && !defined(DUMONT_NO_SIMD)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return AVX2;
#endif
    return PLAIN;
}

/* Takes at most this, and says what it took. */
DUMONT int dumont_level(int most)
{
    int best = able();
    level = most < best ? most : best;
    if (level < PLAIN)
        level = PLAIN;
    return level;
}

/* Changes with any call that Python makes, so that an older library is not asked for what it lacks. */
DUMONT int dumont_version(void) { return 10; }

__attribute__((constructor)) static void begin(void) { level = able(); }
