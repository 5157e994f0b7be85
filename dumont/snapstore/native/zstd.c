/* The system's libzstd: Python finds it and lends us its functions, so that the library needs none to be loaded. */
#include "dumont.h"

#define SLOTS 16

static struct {
    void *(*make_writer)(void);
    void *(*make_reader)(void);
    size_t (*set)(void *writer, int parameter, int value);
    size_t (*compress)(void *writer, void *out, size_t room, const void *data, size_t size);
    size_t (*decompress)(void *reader, void *out, size_t room, const void *data, size_t size);
    unsigned (*failed)(size_t code);
    size_t (*free_writer)(void *writer);
    size_t (*free_reader)(void *reader);
} zstd;
static int there;
static void *writers[SLOTS], *readers[SLOTS];

DUMONT void dumont_zstd(void *const functions[8])
{
    memcpy(&zstd, functions, sizeof zstd);
    there = 1;
}

int zstd_there(void) { return there; }

static void *take(void **slots, void *(*make)(void))
{
    for (int i = 0; i < SLOTS; i++) {
        void *found = __atomic_exchange_n(&slots[i], NULL, __ATOMIC_ACQ_REL);
        if (found)
            return found;
    }
    return make();
}

static void give(void **slots, void *mine, size_t (*release)(void *))
{
    for (int i = 0; i < SLOTS; i++) {
        void *none = NULL;
        if (__atomic_compare_exchange_n(&slots[i], &none, mine, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return;
    }
    release(mine);
}

/* The numbers of libzstd's stable interface. */
enum { COMPRESSION_LEVEL = 100, HASH_LOG = 102, SHORTEST_MATCH = 105, AS_LEVEL_SAYS = 0 };

/* Text repeats longer strings than programs do: looked for so, there are fewer of them, which are read back a tenth
   faster, and a larger table finds more than the short ones were worth. */
size_t zstd_encode(const uint8_t *data, size_t size, int quality, int is_text, uint8_t *out, size_t room)
{
    void *writer = there ? take(writers, zstd.make_writer) : NULL;
    if (!writer)
        return 0;
    size_t made = zstd.set(writer, COMPRESSION_LEVEL, quality);
    if (!zstd.failed(made))
        made = zstd.set(writer, HASH_LOG, is_text ? 17 : AS_LEVEL_SAYS);
    if (!zstd.failed(made))
        made = zstd.set(writer, SHORTEST_MATCH, is_text ? 7 : AS_LEVEL_SAYS);
    if (!zstd.failed(made))
        made = zstd.compress(writer, out, room, data, size);
    give(writers, writer, zstd.free_writer);
    return zstd.failed(made) ? 0 : made;
}

int zstd_decode(const uint8_t *payload, size_t size, uint8_t *out, size_t n)
{
    void *reader = there ? take(readers, zstd.make_reader) : NULL;
    if (!reader)
        return 0;
    size_t made = zstd.decompress(reader, out, n, payload, size);
    give(readers, reader, zstd.free_reader);
    return !zstd.failed(made) && made == n;
}
