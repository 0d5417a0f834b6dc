// message.h - one request as it came in, one reply as it goes out (PROTOCOL.md, chapter 2).
// Layer: server.  May include: base, zmq.  Threads: one owner at a time.
#ifndef SHINGLED_SERVER_MESSAGE_H
#define SHINGLED_SERVER_MESSAGE_H
#include "base/buf.h"
#include "base/view.h"
#include "engine/refusal.h"
#include "shingled/wire.h"

#include <jansson.h>
#include <stdatomic.h>
#include <zmq.h>

enum {
    ADDRESS_MAX =
        SHG_ENVELOPE_MAX + 1, // the envelope, and the routing frame that ROUTER puts before it
};

// The frames before the magic, which the reply repeats.
typedef struct address {
    zmq_msg_t frame[ADDRESS_MAX];
    int n;
} address;

// A message read and taken apart. header and body are frames as they came.
typedef struct message {
    address address;
    char verb[SHG_VERB_MAX + 1]; // "" where there is none, or it can be no verb
    uint8_t rid[SHG_RID_MAX];
    size_t rid_len;
    zmq_msg_t header;
    zmq_msg_t body[2];
    int n_body;      // how many came; the first two are kept
    size_t bytes;    // of all frames that are kept
    refusal refusal; // what is wrong with the frames themselves
} message;

typedef enum message_kind {
    MESSAGE_NONE,    // nothing to read now
    MESSAGE_REQUEST, // with .refusal where it must be refused
    MESSAGE_DROPPED, // no magic: no answer
} message_kind;

// message_recv reads a whole message without waiting for its first frame. routed: the socket puts
// a frame before it, to answer by. After MESSAGE_REQUEST the caller closes *m.
message_kind message_recv(message *m, void *socket, bool routed);
void message_close(message *m);

// message_header parses the header frame: SHG_EHEADER, SHG_EDEEP, SHG_EHEADERSIZE are refused.
SHG_MUST_CHECK shg_err message_header(const message *m, json_t **out, refusal *r);
view message_head(const message *m); // the header frame as it came
view message_body(message *m, int i);

typedef struct reply {
    address address;
    int status;
    uint8_t rid[SHG_RID_MAX];
    size_t rid_len;
    char *header; // JSON text, malloc'ed
    size_t header_len;
    bool has_body;
    view body;               // lent by owner, until release(owner)
    void (*release)(void *); // NULL: nothing to release
    void *owner;
    size_t released;       // bytes of the request that this reply lets go
    struct stream *stream; // a request of it is over
    size_t stream_bytes;
    bool stream_close;
    bool more; // the request goes on: another reply, perhaps one without an address, follows
} reply;

// reply_make fills r, whatever was there, and takes the address of the request. header is borrowed.
// False: no memory, and r is as it was.
SHG_MUST_CHECK bool reply_make(reply *r, message *m, int status, const json_t *header);
SHG_MUST_CHECK bool reply_text(reply *r, message *m, int status, buf *header); // takes the header
SHG_MUST_CHECK bool reply_refuse(reply *r, message *m, const refusal *why); // the header of C-4.2

// What was handed to libzmq and not sent yet, by peer. A peer that does not read its replies
// may hold PEER_BYTES; further ones are dropped. Peers are told apart by a hash: two that
// meet share the allowance. Lives as long as the ZeroMQ context.
enum { PEERS = 4096, PEER_BYTES = 64 << 20 };
typedef struct outgoing {
    atomic_size_t bytes[PEERS];
} outgoing;

// reply_send sends, and lets go of what r holds; one without an address only tells that a request
// is over. False: the peer is gone, or does not read.
bool reply_send(reply *r, void *socket, outgoing *out);

#endif
