/* Keeps rooms to work in between calls: asking the kernel for them anew costs more than the work does. */
#include "dumont.h"
#include <stdlib.h>

#define SLOTS 16
#define KEPT (40u << 20)

struct room {
    size_t size;
    size_t unused[7]; /* what is handed out begins at a line of the cache */
};

#if defined(DUMONT_NO_POOL) /* for a search of mistakes: each room exactly as large as was asked for, and only once */
void *room_take(size_t size) { return malloc(size); }
void room_give(void *room) { free(room); }
#else
static struct room *slots[SLOTS];

void *room_take(size_t size)
{
    for (int i = 0; i < SLOTS; i++) {
        struct room *found = __atomic_exchange_n(&slots[i], NULL, __ATOMIC_ACQ_REL);
        if (!found)
            continue;
        if (found->size >= size)
            return found + 1;
        free(found);
    }
    if (size > SIZE_MAX / 2)
        return NULL;
    /* A little more than asked for, so that the next one, a little longer, finds room too. */
    size_t some = (size + size / 4 + 65535) & ~(size_t)65535;
    void *made = NULL;
    if (posix_memalign(&made, 64, some + sizeof(struct room)))
        return NULL;
    ((struct room *)made)->size = some;
    return (struct room *)made + 1;
}

void room_give(void *room)
{
    if (!room)
        return;
    struct room *mine = (struct room *)room - 1;
    for (int i = 0; i < SLOTS && mine->size <= KEPT; i++) {
        struct room *none = NULL;
        if (__atomic_compare_exchange_n(&slots[i], &none, mine, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return;
    }
    free(mine);
}
#endif
