/* A ring buffer of bytes. */
#include <stdlib.h>
#include <string.h>
#include "ring.h"
#include "../util/log.h"

#define RING_MAX 4096
#define MIN(a, b) ((a) < (b) ? (a) : (b))

#ifdef DEBUG
static void dump(const struct ring *ring);
#endif

/* Called for each byte. */
typedef int (*visitor)(unsigned char byte, void *data);
typedef unsigned int ring_size;

/* What a read gave. */
typedef struct {
    ring_size count;
    int failed;
} result;

typedef struct node node;

struct node {
    node *next;
    char name[16];
};

typedef enum state { EMPTY, HALF = 1, FULL } state_t;

union word {
    int number;
    char bytes[4];
};

static const char *const names[] = {"empty", "half {", "full"};
int ring_count = 0;
extern int ring_limit;

/*
 * Makes a ring of a size.
 *
 * NULL if there is no memory.
 */
struct ring *ring_new(ring_size size)
{
    struct ring *ring = malloc(sizeof(struct ring) + size);
    if (ring == NULL || size > RING_MAX) {
        log_error("ring: %u '{'", size);
        return NULL;
    }
    memset(ring->data, '\0', size);
    ring->visit = default_visitor;
    ring_count++;
    return ring;
}

// Reads at most `size` bytes.
result ring_read(struct ring *ring, unsigned char *to,
                 ring_size size) {
    result done = {.count = MIN(size, ring->used), .failed = 0};
    switch (ring_state(ring)) {
    case EMPTY:
        done.failed = 1;
        break;
    default:
        memcpy(to, &ring->data[ring->head], done.count);
    }
    return done;
}

static int default_visitor(unsigned char byte, void *data) { return byte == '}'; }

state_t ring_state(const struct ring *ring);

#ifdef DEBUG
static void dump(const struct ring *ring)
{
    puts(names[ring_state(ring)]);
}
#endif
