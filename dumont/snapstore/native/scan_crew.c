/* Threads that share the looking: whoever has nothing to do gets the last half of the outermost folder of another. */
#if defined(__linux__)
#define _GNU_SOURCE
#include "dumont.h"
#include "scan.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* All is written under the lock; whoever has work looks at it without. */
struct crew {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct part *offered;
    int idle, busy;
    int open; /* whoever began may have work to give */
};

int is_somebody_idle(const struct crew *crew)
{
    return UNLIKELY(crew && __atomic_load_n(&crew->idle, __ATOMIC_RELAXED));
}

static void drop(struct part *part)
{
    if (part->frame.fd >= 0)
        close(part->frame.fd);
    free_part(part);
}

/* The last names of a folder, with all that another thread needs; NULL: whoever has them keeps them. */
static struct part *cut(struct scan *s, struct frame *f, size_t from)
{
    struct part *made = calloc(1, sizeof *made);
    if (!made)
        return NULL;
    struct scan *its = &made->scan;
    its->end_of_parts = &its->parts;
    its->crew = s->crew;
    its->skipped = s->skipped;
    its->skipped_size = s->skipped_size;
    its->device = s->device;
    its->flags = s->flags;
    made->row = f->row;
    made->frame.depth = f->depth;
    made->frame.path = f->path;
    made->frame.count = f->count - from;
    made->frame.fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
    made->frame.names = malloc(made->frame.count * sizeof *made->frame.names);
    void *path = grow(its, &its->path, f->path);
    if (path && f->path)
        memcpy(path, s->path.data, f->path);
    for (size_t i = from; i < f->count; i++) {
        const size_t size = strlen(f->names[i]) + 1;
        void *to = grow(its, &made->names, size);
        if (to)
            memcpy(to, f->names[i], size);
    }
    if (made->frame.fd < 0 || !made->frame.names || its->out_of_memory) {
        drop(made);
        return NULL;
    }
    const char *at = (const char *)made->names.data;
    for (size_t i = 0; i < made->frame.count; i++, at += strlen(at) + 1)
        made->frame.names[i] = at;
    return made;
}

void give_some(struct scan *s)
{
    struct frame *f = s->first;
    while (f && f->count - f->next < 2)
        f = f->deeper;
    if (!f || __atomic_load_n(&s->crew->offered, __ATOMIC_RELAXED))
        return;
    const size_t from = f->next + (f->count - f->next) / 2;
    struct part *made = cut(s, f, from);
    if (!made)
        return;
    pthread_mutex_lock(&s->crew->lock);
    const int taken = !s->crew->offered;
    if (taken) {
        __atomic_store_n(&s->crew->offered, made, __ATOMIC_RELAXED);
        pthread_cond_signal(&s->crew->news);
    }
    pthread_mutex_unlock(&s->crew->lock);
    if (!taken) {
        drop(made);
        return;
    }
    made->next = f->given;
    f->given = made;
    f->count = from;
}

/* Whoever comes in is done when nobody has anything left to give. */
DUMONT void dumont_crew_work(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    while (crew->offered || crew->busy || crew->open) {
        struct part *mine = crew->offered;
        if (!mine) {
            __atomic_fetch_add(&crew->idle, 1, __ATOMIC_RELAXED);
            pthread_cond_wait(&crew->news, &crew->lock);
            __atomic_fetch_sub(&crew->idle, 1, __ATOMIC_RELAXED);
            continue;
        }
        __atomic_store_n(&crew->offered, NULL, __ATOMIC_RELAXED);
        crew->busy++;
        pthread_mutex_unlock(&crew->lock);
        look_at_names(&mine->scan, &mine->frame);
        close(mine->frame.fd);
        pthread_mutex_lock(&crew->lock);
        if (!--crew->busy)
            pthread_cond_broadcast(&crew->news);
    }
    pthread_mutex_unlock(&crew->lock);
}

/* For one scan. Its threads are Python's: to make some here would ask for a newer system. NULL where there is no memory. */
DUMONT struct crew *dumont_crew(void)
{
    struct crew *made = calloc(1, sizeof *made);
    if (made) {
        pthread_mutex_init(&made->lock, NULL);
        pthread_cond_init(&made->news, NULL);
        made->open = 1;
    }
    return made;
}

/* Nobody comes any more who has work to give. */
DUMONT void dumont_crew_close(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    crew->open = 0;
    pthread_cond_broadcast(&crew->news);
    pthread_mutex_unlock(&crew->lock);
}

void finish_with(struct crew *crew)
{
    if (!crew)
        return;
    dumont_crew_close(crew);
    dumont_crew_work(crew);
}

DUMONT void dumont_crew_free(struct crew *crew)
{
    pthread_cond_destroy(&crew->news);
    pthread_mutex_destroy(&crew->lock);
    free(crew);
}
#endif
