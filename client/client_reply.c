// client_reply.c - an answer's frames, read whole and taken apart.
#include "client_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

// The frames of one answer, kept because the bodies point into them.
typedef struct hold {
    zmq_msg_t frame[SHG_FRAMES_MAX];
    size_t n;
    char *header;
    shg_body body[SHG_FRAMES_MAX];
} hold;

static uint64_t tag_load(const unsigned char *in)
{
    uint64_t tag = 0;
    for (int i = 0; i < 8; i++)
        tag = tag << 8 | in[i];
    return tag;
}

void shg_reply_free(shg_reply *r)
{
    hold *h = r->hold;
    if (h) {
        for (size_t i = 0; i < h->n; i++)
            zmq_msg_close(&h->frame[i]);
        free(h->header);
        free(h);
    }
    memset(r, 0, sizeof *r);
}

// Reads one message whole. Frames over SHG_FRAMES_MAX are read and dropped; *n counts them.
static bool read_frames(shg_client *c, hold *h, size_t *n)
{
    int more = 1;
    for (*n = 0; more; ++*n) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        int got;
        do
            got = zmq_msg_recv(&frame, c->sock, ZMQ_DONTWAIT);
        while (got < 0 && errno == EINTR && *n); // the rest of a message is there already
        if (got < 0) {
            zmq_msg_close(&frame);
            return false;
        }
        more = zmq_msg_more(&frame);
        if (h->n == SHG_FRAMES_MAX) {
            zmq_msg_close(&frame);
            continue;
        }
        zmq_msg_init(&h->frame[h->n]);
        zmq_msg_move(&h->frame[h->n++], &frame);
        zmq_msg_close(&frame);
    }
    return true;
}

static bool frame_is(zmq_msg_t *f, const char *text)
{
    size_t n = strlen(text);
    return zmq_msg_size(f) == n && !memcmp(zmq_msg_data(f), text, n);
}

static int parse_status(zmq_msg_t *f)
{
    const unsigned char *p = zmq_msg_data(f);
    if (zmq_msg_size(f) != SHG_STATUS_LEN)
        return -1;
    for (int i = 0; i < SHG_STATUS_LEN; i++)
        if (p[i] < '0' || p[i] > '9')
            return -1;
    return (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
}

static shg_client_err parse_reply(shg_client *c, hold *h, size_t n, shg_reply *r)
{
    if (n < REPLY_FRAMES || n > SHG_FRAMES_MAX || !frame_is(&h->frame[0], SHG_MAGIC))
        return shg_client_fail(c, SHG_CLIENT_EPEER, "the peer at %s does not answer in " SHG_MAGIC,
                               c->endpoint);
    r->status = parse_status(&h->frame[1]);
    if (r->status < 0)
        return shg_client_fail(c, SHG_CLIENT_EPEER, "the peer at %s answers without a status",
                               c->endpoint);
    if (zmq_msg_size(&h->frame[2]) == 8)
        r->tag = tag_load(zmq_msg_data(&h->frame[2]));
    size_t len = zmq_msg_size(&h->frame[3]);
    h->header = malloc(len + 3);
    if (!h->header)
        return shg_client_fail(c, SHG_CLIENT_ENOMEM, "out of memory");
    memcpy(h->header, len ? zmq_msg_data(&h->frame[3]) : "{}", len ? len : 2);
    r->header_len = len ? len : 2;
    h->header[r->header_len] = 0;
    r->header = h->header;
    for (size_t i = REPLY_FRAMES; i < n; i++)
        h->body[i - REPLY_FRAMES] =
            (shg_body){zmq_msg_data(&h->frame[i]), zmq_msg_size(&h->frame[i])};
    r->body = h->body;
    r->n_bodies = n - REPLY_FRAMES;
    return SHG_CLIENT_OK;
}

shg_client_err shg_reply_read(shg_client *c, shg_reply *r, bool *got)
{
    *got = false;
    hold *h = r->hold = malloc(sizeof *h);
    if (!h)
        return shg_client_fail(c, SHG_CLIENT_ENOMEM, "out of memory");
    h->n = 0;
    h->header = NULL;
    size_t n;
    if (!read_frames(c, h, &n)) {
        int failed = errno;
        shg_reply_free(r);
        errno = failed;
        return failed == EAGAIN ? SHG_CLIENT_OK : shg_client_fail_zmq(c, "receive");
    }
    *got = true;
    shg_client_err e = parse_reply(c, h, n, r);
    if (e)
        shg_reply_free(r);
    return e;
}
