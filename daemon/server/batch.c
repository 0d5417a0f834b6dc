#include "server/batch.h"
#include "base/bytes.h"
#include "engine/header.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHANGES_FIRST = 64, FORMAT_MOST = 5 };

typedef enum member {
    M_STREAM,
    M_SESSION,
    M_BATCH,
    M_FORMAT,
    M_MARK,
    M_RESET,
    M_CLOSE,
    M_FORGET,
    MEMBERS
} member;
static const char *const names[MEMBERS] = {"stream", "session", "batch", "format",
                                           "mark",   "reset",   "close", "forget"};

// --- the header ---

// A string of least to most bytes, written to out with a NUL; one that is absent is "".
static shg_err text_of(char *out, const flat_member *m, member which, size_t least, size_t most,
                       refusal *r)
{
    size_t len = 0;
    if (m->kind == FLAT_STRING && m->raw.len <= most * 6) {
        uint8_t *plain = malloc(m->raw.len + 1);
        if (!plain)
            return refuse(r, SHG_ENOMEM, "out of memory");
        memcpy(plain, m->raw.len ? m->raw.p : plain, m->raw.len);
        len = m->escaped ? flat_decode(plain, m->raw) : m->raw.len;
        memcpy(out, plain, len <= most ? len : 0);
        free(plain);
    } else if (m->kind != FLAT_NULL) {
        len = most + 1;
    }
    out[len <= most ? len : 0] = 0;
    if (len >= least && len <= most)
        return SHG_OK;
    return refuse(r, SHG_EOPTION, "%s must be a string of %zu to %zu bytes", names[which], least,
                  most);
}

static shg_err flag_of(bool *out, const flat_member *m, member which, refusal *r)
{
    *out = m->kind == FLAT_BOOL && m->number;
    return m->kind == FLAT_BOOL || m->kind == FLAT_NULL
               ? SHG_OK
               : refuse(r, SHG_EOPTION, "%s must be true or false", names[which]);
}

static shg_err open_stream(batch *b, const flat_member *m, streams *s, refusal *r)
{
    char name[SHG_STREAM_NAME_MAX + 1];
    bool reset = false;
    shg_err e = text_of(name, &m[M_STREAM], M_STREAM, 1, SHG_STREAM_NAME_MAX, r);
    if (!e)
        e = flag_of(&reset, &m[M_RESET], M_RESET, r);
    if (e)
        return e;
    b->act = reset ? STREAM_RESET : STREAM_OPEN;
    return streams_open(s, name, &b->stream, r);
}

static shg_err find_stream(batch *b, const flat_member *m, streams *s, refusal *r)
{
    char session[STREAM_SESSION_LEN + 1];
    if (text_of(session, &m[M_SESSION], M_SESSION, 0, STREAM_SESSION_LEN, r))
        return r->err;
    b->stream = streams_find(s, session);
    return b->stream ? SHG_OK : refuse(r, SHG_ENOSTREAM, "no stream of this session is open");
}

static shg_err read_format(batch *b, const flat_member *m, refusal *r)
{
    char format[FORMAT_MOST + 1];
    if (m->kind != FLAT_NULL && m->kind != FLAT_STRING)
        return refuse(r, SHG_EOPTION, "format must be a string");
    bool known = !text_of(format, m, M_FORMAT, 0, FORMAT_MOST, r);
    if (m->kind == FLAT_NULL || (known && !strcmp(format, "jsonl")))
        b->format = BATCH_LINES;
    else if (known && !strcmp(format, "pairs"))
        b->format = BATCH_PAIRS;
    else
        return refuse(r, SHG_EENCODING, "format must be \"jsonl\" or \"pairs\"");
    return SHG_OK;
}

static shg_err check_body(message *m, refusal *r)
{
    size_t len = message_body(m, 0).len;
    if (m->n_body != 1)
        return refuse(r, SHG_EBODY, "PUTS takes one body frame; the message has %d", m->n_body);
    if (len > SHG_BATCH_MAX)
        return refuse(r, SHG_EBATCHSIZE, "the batch has %zu bytes; at most %d are taken", len,
                      SHG_BATCH_MAX);
    return SHG_OK;
}

static shg_err number_batch(batch *b, const flat_member *m, size_t bytes, refusal *r)
{
    const flat_member *number = &m[M_BATCH];
    char mark[SHG_STREAM_MARK_MAX + 1];
    if (number->kind != FLAT_INTEGER || number->number < 1)
        return refuse(r, SHG_EOPTION, "batch must be an integer from 1");
    b->number = (uint64_t)number->number;
    shg_err e = text_of(mark, &m[M_MARK], M_MARK, 0, SHG_STREAM_MARK_MAX, r);
    if (!e)
        e = stream_admit(b->stream, b->number, bytes, &b->repeated, r);
    if (e)
        return e;
    b->act = b->repeated ? STREAM_LOOK : STREAM_SET;
    if (b->repeated)
        return SHG_OK; // its mark came with it the first time
    if (*mark && !(b->mark = strdup(mark)))
        return refuse(r, SHG_ENOMEM, "out of memory");
    b->stream->received = b->number;
    return SHG_OK;
}

static shg_err admit_puts(batch *b, const flat_member *m, message *msg, streams *s, refusal *r)
{
    shg_err e = check_body(msg, r);
    if (!e)
        e = read_format(b, &m[M_FORMAT], r);
    if (!e && m[M_SESSION].kind != FLAT_NULL)
        e = find_stream(b, m, s, r);
    if (!e && b->stream)
        e = number_batch(b, m, message_body(msg, 0).len, r);
    return e;
}

static shg_err admit_ack(batch *b, const flat_member *m, streams *s, refusal *r)
{
    bool forget = false;
    shg_err e = flag_of(&b->close, &m[M_CLOSE], M_CLOSE, r);
    if (!e)
        e = flag_of(&forget, &m[M_FORGET], M_FORGET, r);
    if (!e)
        e = find_stream(b, m, s, r);
    b->act = forget ? STREAM_FORGET : STREAM_LOOK;
    b->close |= forget;
    return e;
}

shg_err batch_admit(batch *b, batch_verb verb, message *msg, streams *s, refusal *r)
{
    flat_member m[MEMBERS];
    json_t *parsed;
    shg_err e = header_pick(m, names, MEMBERS, message_head(msg), &parsed, r);
    if (!e && verb != BATCH_PUTS && msg->n_body)
        e = refuse(r, SHG_EBODY, "only PUTS takes a body frame");
    if (!e)
        e = verb == BATCH_STREAM ? open_stream(b, m, s, r)
            : verb == BATCH_ACK  ? admit_ack(b, m, s, r)
                                 : admit_puts(b, m, msg, s, r);
    json_decref(parsed);
    if (e)
        b->stream = NULL;
    else if (b->stream)
        stream_begin(b->stream, verb == BATCH_PUTS ? message_body(msg, 0).len : 0);
    return e;
}

// --- the body ---

static change *next_change(batch *b, size_t *room)
{
    if (b->n == *room) {
        size_t wanted = *room ? *room * 2 : CHANGES_FIRST;
        change *more = realloc(b->change, wanted * sizeof *more);
        if (!more)
            return NULL;
        b->change = more;
        *room = wanted;
    }
    change *c = &b->change[b->n++];
    *c = (change){.gone = UINT32_MAX};
    return c;
}

// The next line that is not blank; false: none.
static bool next_line(view *rest, view *line)
{
    while (rest->len) {
        const uint8_t *p = rest->p, *end = p + rest->len, *stop = memchr(p, '\n', rest->len);
        if (!stop)
            stop = end;
        *rest = stop < end ? (view){stop + 1, (size_t)(end - stop) - 1} : (view){end, 0};
        while (p < stop && (*p == ' ' || *p == '\t' || *p == '\r'))
            p++;
        *line = (view){p, (size_t)(stop - p)};
        if (line->len)
            return true;
    }
    return false;
}

// Two lengths of four bytes, big-endian, then header and text. False: none is left, or it is cut
// off.
static bool next_pair(view *rest, view *header, view *text, refusal *r)
{
    enum { HEAD = 8 };
    if (!rest->len)
        return false;
    size_t n = rest->len >= HEAD ? (size_t)load32be(rest->p) + load32be(rest->p + 4) : 0;
    if (rest->len < HEAD || n > rest->len - HEAD) {
        refuse(r, SHG_EBATCH, "a pair is cut off: %zu bytes are left of the batch", rest->len);
        return false;
    }
    *header = (view){rest->p + HEAD, load32be(rest->p)};
    *text = (view){header->p + header->len, load32be(rest->p + 4)};
    *rest = (view){rest->p + HEAD + n, rest->len - HEAD - n};
    return true;
}

static void read_record(change *c, view header, view text, engine *e)
{
    refusal r = {0};
    shg_err err = engine_read_put(e, header, text, NULL, c, &r);
    c->refusal = r;
    c->refusal.err = err;
    if (err)
        engine_count_refusal(e, err);
}

static shg_err read_records(batch *b, view rest, engine *e, size_t *room)
{
    view header, text = {NULL, 0};
    while (b->format == BATCH_LINES ? next_line(&rest, &header)
                                    : next_pair(&rest, &header, &text, &b->refusal)) {
        if (b->n == SHG_BATCH_RECORDS_MAX)
            return refuse(&b->refusal, SHG_EBATCHSIZE, "the batch has over %d records",
                          SHG_BATCH_RECORDS_MAX);
        change *c = next_change(b, room);
        if (!c)
            return refuse(&b->refusal, SHG_ENOMEM, "out of memory");
        read_record(c, header, text, e);
    }
    return b->refusal.err;
}

void batch_read(batch *b, batch_verb verb, message *m, engine *e)
{
    size_t room = 0;
    if (verb == BATCH_PUTS && !b->repeated && read_records(b, message_body(m, 0), e, &room))
        return;
    change *place = next_change(b, &room);
    if (!place) {
        refuse(&b->refusal, SHG_ENOMEM, "out of memory");
        return;
    }
    place->kind = CHANGE_STREAM;
    place->act = b->act;
    place->stream = b->stream ? b->stream->name : NULL;
    place->batch = b->number;
    place->mark = b->mark;
    b->mark = NULL;
}

// --- around the commit ---

void batch_bar(batch *b)
{
    if (!b->stream || b->act != STREAM_SET)
        return;
    if (!b->refusal.err && atomic_load(&b->stream->broken))
        refuse(&b->refusal, SHG_EORDER, "a batch before this one was not stored");
    if (b->refusal.err)
        atomic_store(&b->stream->broken, true);
}

void batch_settle(batch *b, batch_verb verb)
{
    if (!b->refusal.err)
        b->refusal = b->change[b->n - 1].refusal; // the group was not committed
    if (!b->refusal.err && b->repeated && b->change[b->n - 1].batch < b->number)
        refuse(&b->refusal, SHG_EORDER, "what came first under this number was not stored");
    if (!b->stream)
        return;
    if (b->refusal.err && b->act == STREAM_SET)
        atomic_store(&b->stream->broken, true);
    if (verb != BATCH_STREAM)
        return;
    b->close = b->refusal.err != SHG_OK;
    b->stream->received = b->n ? b->change[b->n - 1].batch : 0;
    atomic_store(&b->stream->opened, !b->close);
}

void batch_fini(batch *b)
{
    for (size_t i = 0; i < b->n; i++)
        change_fini(&b->change[i]);
    free(b->change);
    free(b->mark);
    b->change = NULL;
    b->n = 0;
}

// --- the reply ---

__attribute__((format(printf, 2, 3))) static void add(buf *to, const char *format, ...)
{
    char text[128];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_add(to, text, (size_t)n);
}

static void add_refused(buf *to, size_t i, const change *c)
{
    const refusal *r = &c->refusal;
    add(to, "{\"record\":%zu", i);
    const char *uri = c->uri;
    if (uri || c->reading) {
        add(to, ",\"uri\":");
        flat_quote(to, uri ? view_of(uri) : record_get(&c->reading->record, REC_URI));
    }
    add(to, ",\"status\":%d,\"error\":\"%s\",\"detail\":", shg_err_status(r->err),
        shg_err_name(r->err));
    flat_quote(to, view_of(*r->detail ? r->detail : shg_err_text(r->err)));
    if (r->has_at)
        add(to, ",\"at\":%zu", r->at);
    if (r->has_version)
        add(to, ",\"version\":%u", r->version);
    add(to, "}");
}

static void add_records(buf *to, const batch *b)
{
    size_t count[3] = {0}, warned = 0, n = 0;
    for (size_t i = 0; i + 1 < b->n; i++)
        if (!b->change[i].refusal.err)
            count[b->change[i].result]++;
    add(to, "\"new\":%zu,\"updated\":%zu,\"unchanged\":%zu,\"refused\":[", count[PUT_NEW],
        count[PUT_UPDATED], count[PUT_UNCHANGED]);
    for (size_t i = 0; i + 1 < b->n; i++) {
        const change *c = &b->change[i];
        warned += !c->refusal.err && c->reading->record.published_unread;
        if (!c->refusal.err)
            continue;
        add(to, "%s", n++ ? "," : "");
        add_refused(to, i, c);
    }
    add(to, "]");
    for (size_t i = 0, k = 0; warned && i + 1 < b->n; i++) {
        const change *c = &b->change[i];
        if (c->refusal.err || !c->reading->record.published_unread)
            continue;
        add(to,
            "%s{\"record\":%zu,\"field\":\"published\",\"detail\":", k++ ? "," : ",\"warnings\":[",
            i);
        flat_quote(to, view_of(record_unread_detail));
        add(to, "}");
    }
    if (warned)
        add(to, "]");
}

void batch_header(buf *to, const batch *b, batch_verb verb)
{
    const change *place = &b->change[b->n - 1];
    add(to, "{");
    if (b->stream) {
        add(to, "\"stream\":");
        flat_quote(to, view_of(b->stream->name));
        add(to, ",\"ack\":%llu,\"credit\":%zu", (unsigned long long)place->batch,
            b->stream->credit);
    }
    if (verb == BATCH_STREAM)
        add(to, ",\"session\":\"%s\"", b->stream->session);
    if (verb != BATCH_PUTS && place->mark) {
        add(to, ",\"mark\":");
        flat_quote(to, view_of(place->mark));
    }
    if (verb == BATCH_PUTS) {
        if (b->stream)
            add(to, ",\"batch\":%llu,", (unsigned long long)b->number);
        if (b->repeated)
            add(to, "\"repeated\":true,");
        add_records(to, b);
    }
    add(to, "}");
}
