#include "server/message.h"
#include "engine/header.h"
#include "shingled/version.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum {
    RETRY_AFTER_MS = 100,
    COPIED_MOST = 512, // bytes of a header
};

static void address_move(address *to, address *from)
{
    for (int i = 0; i < from->n; i++) {
        zmq_msg_init(&to->frame[i]);
        zmq_msg_move(&to->frame[i], &from->frame[i]);
        zmq_msg_close(&from->frame[i]);
    }
    to->n = from->n;
    from->n = 0;
}

static void address_close(address *a)
{
    for (int i = 0; i < a->n; i++)
        zmq_msg_close(&a->frame[i]);
    a->n = 0;
}

static bool is_magic(zmq_msg_t *f)
{
    const uint8_t *p = zmq_msg_data(f);
    return zmq_msg_size(f) == SHG_MAGIC_LEN && !memcmp(p, SHG_MAGIC, 3) && p[3] >= '0' &&
           p[3] <= '9';
}

static void keep(zmq_msg_t *to, zmq_msg_t *from, message *m)
{
    zmq_msg_move(to, from);
    m->bytes += zmq_msg_size(to);
}

static void take_verb(message *m, zmq_msg_t *f)
{
    size_t len = zmq_msg_size(f);
    if (len > SHG_VERB_MAX || memchr(zmq_msg_data(f), 0, len))
        return;
    memcpy(m->verb, zmq_msg_data(f), len);
    m->verb[len] = 0;
}

static void take_rid(message *m, zmq_msg_t *f)
{
    size_t len = zmq_msg_size(f);
    if (len > SHG_RID_MAX) {
        if (!m->refusal.err)
            refuse(&m->refusal, SHG_EHEADER, "the request id has %zu bytes; at most %d are taken",
                   len, SHG_RID_MAX);
        return;
    }
    memcpy(m->rid, zmq_msg_data(f), len);
    m->rid_len = len;
}

// i counts from the magic.
static void take_frame(message *m, int i, zmq_msg_t *f)
{
    switch (i) {
    case 0:
        if (*((uint8_t *)zmq_msg_data(f) + 3) != '0' + SHG_PROTO)
            refuse(&m->refusal, SHG_EVERSION, "this server speaks %s", SHG_MAGIC);
        break;
    case 1:
        take_verb(m, f);
        break;
    case 2:
        take_rid(m, f);
        break;
    case 3:
        keep(&m->header, f, m);
        break;
    default:
        if (m->n_body < 2)
            keep(&m->body[m->n_body], f, m);
        m->n_body++;
    }
}

// Not all of it: the rooms are large, and say by their lengths what they hold.
static void message_init(message *m)
{
    m->address.n = 0;
    m->verb[0] = 0;
    m->rid_len = m->bytes = 0;
    m->n_body = 0;
    m->refusal = (refusal){0};
    zmq_msg_init(&m->header);
    zmq_msg_init(&m->body[0]);
    zmq_msg_init(&m->body[1]);
}

void message_close(message *m)
{
    address_close(&m->address);
    zmq_msg_close(&m->header);
    zmq_msg_close(&m->body[0]);
    zmq_msg_close(&m->body[1]);
}

// Frames are counted while they are read: libzmq sets no bound on them.
message_kind message_recv(message *m, void *socket, bool routed)
{
    int frames = !routed, after_magic = -1;
    bool more = true;
    message_init(m);
    while (more) {
        zmq_msg_t f;
        zmq_msg_init(&f);
        if (zmq_msg_recv(&f, socket, frames > !routed ? 0 : ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&f);
            message_close(m);
            return MESSAGE_NONE;
        }
        more = zmq_msg_more(&f);
        frames++;
        if (after_magic < 0 && frames > 1 && frames <= ADDRESS_MAX + 1 && is_magic(&f))
            after_magic = 0;
        if (after_magic >= 0 && frames <= SHG_FRAMES_MAX + 1) {
            take_frame(m, after_magic++, &f);
        } else if (after_magic < 0 && m->address.n < ADDRESS_MAX) {
            zmq_msg_init(&m->address.frame[m->address.n]);
            keep(&m->address.frame[m->address.n++], &f, m);
        }
        zmq_msg_close(&f);
    }
    if (after_magic < 0) {
        message_close(m);
        return MESSAGE_DROPPED;
    }
    if (frames - 1 > SHG_FRAMES_MAX && m->refusal.err != SHG_EVERSION)
        refuse(&m->refusal, SHG_EFRAMES, "the message has %d frames; at most %d are taken",
               frames - 1, SHG_FRAMES_MAX);
    return MESSAGE_REQUEST;
}

view message_body(message *m, int i)
{
    return i < m->n_body ? (view){zmq_msg_data(&m->body[i]), zmq_msg_size(&m->body[i])}
                         : (view){NULL, 0};
}

view message_head(const message *m)
{
    zmq_msg_t *f = (zmq_msg_t *)&m->header; // libzmq's accessors are not const
    return (view){zmq_msg_data(f), zmq_msg_size(f)};
}

shg_err message_header(const message *m, json_t **out, refusal *r)
{
    return header_parse(out, message_head(m), SHG_HEADER_MAX, r);
}

static void fill(reply *r, message *m, int status, char *header, size_t len)
{
    *r = (reply){.status = status, .header = header, .header_len = len, .rid_len = m->rid_len};
    memcpy(r->rid, m->rid, m->rid_len);
    address_move(&r->address, &m->address);
    r->released = m->bytes;
    m->bytes = 0;
}

bool reply_make(reply *r, message *m, int status, const json_t *header)
{
    // Six digits are more than any score is worth, and the same on every machine.
    char *text = json_dumps(header, JSON_COMPACT | JSON_REAL_PRECISION(6));
    if (text)
        fill(r, m, status, text, strlen(text));
    return text != NULL;
}

bool reply_text(reply *r, message *m, int status, buf *header)
{
    if (buf_err(header)) {
        buf_fini(header);
        return false;
    }
    fill(r, m, status, (char *)header->p, header->len);
    *header = (buf){0};
    return true;
}

bool reply_refuse(reply *r, message *m, const refusal *why)
{
    int status = shg_err_status(why->err);
    bool again = status == SHG_STATUS_BUSY || status == SHG_STATUS_DRAINING ||
                 status == SHG_STATUS_FULL ||
                 (status == SHG_STATUS_INTERNAL && why->err != SHG_ECORRUPT);
    json_t *h = json_pack("{s:s, s:s, s:b}", "error", shg_err_name(why->err), "detail",
                          *why->detail ? why->detail : shg_err_text(why->err), "retry", again);
    if (h && why->has_at)
        json_object_set_new(h, "at", json_integer((json_int_t)why->at));
    if (h && why->err == SHG_EVERSION)
        json_object_set_new(h, "protocols", json_pack("[s]", SHG_MAGIC));
    if (h && (why->err == SHG_EBUSY || why->err == SHG_ECREDIT))
        json_object_set_new(h, "retry_after_ms", json_integer(RETRY_AFTER_MS));
    if (h && why->expected)
        json_object_set_new(h, "expected", json_integer((json_int_t)why->expected));
    if (h && why->has_version)
        json_object_set_new(h, "version", json_integer(why->version));
    bool made = h && reply_make(r, m, status, h);
    json_decref(h);
    return made;
}

static void reply_fini(reply *r)
{
    address_close(&r->address);
    if (r->release)
        r->release(r->owner);
    free(r->header);
    r->release = NULL;
    r->header = NULL;
}

// A frame that is counted until libzmq has sent it, or given it up.
typedef struct lent {
    atomic_bool ready; // what follows is written; libzmq's thread reads it
    atomic_size_t *bytes;
    size_t len;
    void (*release)(void *);
    void *owner;
} lent;

static void give_back(void *data, void *hint)
{
    (void)data;
    lent *l = hint;
    while (!atomic_load_explicit(&l->ready, memory_order_acquire))
        ; // never: it was ready before it was handed over
    atomic_fetch_sub(l->bytes, l->len);
    if (l->release)
        l->release(l->owner);
    free(l);
}

// Sends v without a copy; its owner is released in any case, now or later.
static bool lend(void *socket, view v, void (*release)(void *), void *owner, atomic_size_t *bytes,
                 int flags)
{
    zmq_msg_t f;
    lent *l = calloc(1, sizeof *l);
    if (!l || zmq_msg_init_data(&f, (void *)(uintptr_t)v.p, v.len, give_back, l)) {
        free(l);
        if (release)
            release(owner);
        return false;
    }
    l->bytes = bytes;
    l->len = v.len;
    l->release = release;
    l->owner = owner;
    atomic_store_explicit(&l->ready, true, memory_order_release);
    atomic_fetch_add(bytes, v.len);
    if (zmq_msg_send(&f, socket, flags | ZMQ_DONTWAIT) >= 0)
        return true;
    zmq_msg_close(&f); // gives back
    return false;
}

static bool send_bytes(void *socket, const void *p, size_t n)
{
    return zmq_send(socket, p, n, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0;
}

// Small ones are copied: what they hold of libzmq's queue is bounded by its length.
static bool send_header(reply *r, void *socket, atomic_size_t *bytes)
{
    int flags = r->has_body ? ZMQ_SNDMORE : 0;
    if (r->header_len <= COPIED_MOST)
        return zmq_send(socket, r->header, r->header_len, flags | ZMQ_DONTWAIT) >= 0;
    view header = {(const uint8_t *)r->header, r->header_len};
    bool sent = lend(socket, header, free, r->header, bytes, flags);
    r->header = NULL;
    return sent;
}

// Only the first frame can fail: ROUTER has chosen the peer by then.
static bool send_frames(reply *r, void *socket, atomic_size_t *bytes)
{
    char status[SHG_STATUS_LEN + 1];
    snprintf(status, sizeof status, "%03d", r->status);
    bool sent = true;
    for (int i = 0; sent && i < r->address.n; i++)
        sent = zmq_msg_send(&r->address.frame[i], socket, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0;
    sent = sent && send_bytes(socket, SHG_MAGIC, SHG_MAGIC_LEN) &&
           send_bytes(socket, status, SHG_STATUS_LEN) && send_bytes(socket, r->rid, r->rid_len);
    if (!sent)
        return false;
    sent = send_header(r, socket, bytes);
    if (!sent) // no memory: the message must end all the same
        zmq_send(socket, "", 0, ZMQ_DONTWAIT);
    if (sent && r->has_body) {
        sent = lend(socket, r->body, r->release, r->owner, bytes, 0);
        r->release = NULL;
        if (!sent)
            zmq_send(socket, "", 0, ZMQ_DONTWAIT);
    }
    return sent;
}

bool reply_send(reply *r, void *socket, outgoing *out)
{
    bool sent = true;
    if (r->address.n > 0) {
        zmq_msg_t *peer = &r->address.frame[0];
        uint64_t hash = XXH3_64bits(zmq_msg_data(peer), zmq_msg_size(peer));
        atomic_size_t *bytes = &out->bytes[hash % PEERS];
        size_t waiting = atomic_load(bytes);
        bool fits = !waiting || waiting + r->header_len + r->body.len <= PEER_BYTES;
        sent = fits && send_frames(r, socket, bytes);
    }
    reply_fini(r);
    return sent;
}
