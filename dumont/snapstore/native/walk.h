/* Opens the folder of a path part by part, so that no symbolic link on the way is followed. */
#ifndef WALK_H
#define WALK_H

#include <stddef.h>

#define KEPT_OPEN 48
#define LONGEST_PATH 4096

/* Remembers the folders on the way to the last path: neighbours mostly share them. */
struct walk {
    int root;
    int makes;              /* folders on the way that are not there are made, for their owner alone */
    int depth;              /* folders open below the root */
    int fds[KEPT_OPEN];
    size_t ends[KEPT_OPEN]; /* where each one's path ends in `path` */
    int deep;               /* the folder of a path that is deeper than what is kept open, or -1 */
    char path[LONGEST_PATH];
};

void walk_begin(struct walk *w, int root, int makes);
/* The folder, and its child's name in `name`; or -1 with errno. The folder belongs to the walk. */
int walk_to(struct walk *w, const char *path, size_t size, const char **name);
void walk_end(struct walk *w);

#endif
