#include "server/request.h"

#include <stdlib.h>

const verb verbs[VERB_COUNT] = {
    [VERB_UNKNOWN] = {.name = "unknown"},
    [VERB_PING] = {.name = "PING", .bodies = 1},
    [VERB_INFO] = {.name = "INFO"},
    [VERB_STATS] = {.name = "STATS"},
    [VERB_PUT] = {.name = "PUT", .bodies = 1, .changes = true},
    [VERB_STREAM] = {.name = "STREAM", .changes = true},
    [VERB_PUTS] = {.name = "PUTS", .bodies = 1, .changes = true},
    [VERB_ACK] = {.name = "ACK", .changes = true},
    [VERB_GET] = {.name = "GET"},
    [VERB_DELETE] = {.name = "DELETE", .changes = true},
    [VERB_QUERY] = {.name = "QUERY", .bodies = 1, .slow = true},
    [VERB_COMPARE] = {.name = "COMPARE", .bodies = 2, .slow = true},
    [VERB_CREDITS] = {.name = "CREDITS", .bodies = 1, .slow = true},
    [VERB_STORY] = {.name = "STORY", .waits = true},
    [VERB_SOURCES] = {.name = "SOURCES", .waits = true},
};

verb_id verb_find(const char *name)
{
    for (verb_id v = VERB_UNKNOWN + 1; v < VERB_COUNT; v++)
        if (!strcmp(name, verbs[v].name))
            return v;
    return VERB_UNKNOWN;
}

request *request_new(void)
{
    return calloc(1, sizeof(request));
}

void request_over(request *q)
{
    q->reply = (reply){.released = q->message.bytes};
}

void request_empty(request *q)
{
    change_fini(&q->change);
    batch_fini(&q->batch);
    json_decref(q->header);
    message_close(&q->message);
    q->change = (change){0};
    q->batch = (batch){0};
    q->header = NULL;
    q->put = (put_options){0};
}

void request_free(request *q)
{
    free(q);
}

bool request_refuse(request *q, const refusal *r)
{
    return reply_refuse(&q->reply, &q->message, r);
}

static shg_err check_bodies(request *q, refusal *r)
{
    message *m = &q->message;
    if (m->n_body > verbs[q->verb].bodies)
        return refuse(r, SHG_EBODY, "%s takes %d body frames at most; the message has %d",
                      verbs[q->verb].name, verbs[q->verb].bodies, m->n_body);
    for (int i = 0; i < m->n_body; i++)
        if (message_body(m, i).len > SHG_TEXT_MAX)
            return refuse(r, SHG_ETEXTSIZE, "the body has %zu bytes; at most %d are taken",
                          message_body(m, i).len, SHG_TEXT_MAX);
    return SHG_OK;
}

// What any verb refuses before it looks closer, in the order of C-3.12.
static shg_err check(request *q, refusal *r)
{
    shg_err e = message_header(&q->message, &q->header, r);
    return e ? e : check_bodies(q, r);
}

static shg_err ask(request *q, engine *e, json_t **head, reading **text, refusal *r)
{
    message *m = &q->message;
    view bodies[2] = {message_body(m, 0), message_body(m, 1)};
    switch (q->verb) {
    case VERB_PING:
        *head = json_object();
        return *head ? SHG_OK : refuse(r, SHG_ENOMEM, "out of memory");
    case VERB_INFO:
        return engine_info(e, head);
    case VERB_STATS:
        return engine_stats(e, head);
    case VERB_GET:
        return engine_get(e, q->header, head, text, r);
    case VERB_QUERY:
        return engine_query(e, q->header, bodies[0], head, r);
    case VERB_COMPARE:
        return engine_compare(e, q->header, bodies, (size_t)m->n_body, head, r);
    case VERB_CREDITS:
        return engine_credits(e, q->header, bodies[0], head, r);
    case VERB_STORY:
        return engine_story(e, q->header, q->end, head, r);
    case VERB_SOURCES:
        return engine_sources(e, q->header, q->end, head, r);
    default:
        return refuse(r, SHG_EINTERNAL, "%s was sent the wrong way inside the server",
                      verbs[q->verb].name);
    }
}

static void drop_reading(void *owner)
{
    reading *r = owner;
    reading_drop(&r);
}

static void drop_frame(void *owner)
{
    zmq_msg_close(owner);
    free(owner);
}

// The body of a reply, lent without a copy: the text of GET by its reading, PING's own by its
// frame.
static void add_body(request *q, reading **text)
{
    reply *out = &q->reply;
    zmq_msg_t *frame = NULL;
    if (*text) {
        out->body = (*text)->record.text;
        out->release = drop_reading;
        out->owner = *text;
        *text = NULL;
        out->has_body = true;
    } else if (q->verb == VERB_PING && q->message.n_body && (frame = malloc(sizeof *frame))) {
        zmq_msg_init(frame);
        zmq_msg_move(frame, &q->message.body[0]);
        out->body = (view){zmq_msg_data(frame), zmq_msg_size(frame)};
        out->release = drop_frame;
        out->owner = frame;
        out->has_body = true;
    }
}

bool request_answer(request *q, engine *e, request_stats *add_stats, void *ctx)
{
    refusal r = {0};
    json_t *head = NULL;
    reading *text = NULL;
    r.err = check(q, &r);
    if (!r.err)
        r.err = ask(q, e, &head, &text, &r);
    if (!r.err && q->verb == VERB_STATS)
        add_stats(ctx, head);
    bool made =
        r.err ? request_refuse(q, &r) : reply_make(&q->reply, &q->message, SHG_STATUS_OK, head);
    if (made && !r.err)
        add_body(q, &text);
    reading_drop(&text);
    json_decref(head);
    return made;
}

bool request_is_batch(const request *q)
{
    return q->verb == VERB_STREAM || q->verb == VERB_PUTS || q->verb == VERB_ACK;
}

static batch_verb batch_verb_of(const request *q)
{
    return q->verb == VERB_STREAM ? BATCH_STREAM : q->verb == VERB_PUTS ? BATCH_PUTS : BATCH_ACK;
}

shg_err request_admit_batch(request *q, streams *s, refusal *r)
{
    return request_is_batch(q) ? batch_admit(&q->batch, batch_verb_of(q), &q->message, s, r)
                               : SHG_OK;
}

void request_read_change(request *q, engine *e)
{
    if (request_is_batch(q)) {
        batch_read(&q->batch, batch_verb_of(q), &q->message, e);
        return;
    }
    refusal r = {0};
    shg_err err;
    if (q->verb == VERB_PUT && !check_bodies(q, &r)) {
        err = engine_read_put(e, message_head(&q->message), message_body(&q->message, 0), &q->put,
                              &q->change, &r);
    } else {
        r = (refusal){0};
        err = check(q, &r); // the header's faults come before the bodies'
        if (!err)
            err = engine_read_delete(e, q->header, &q->change, &r);
    }
    if (err && q->verb == VERB_PUT)
        engine_count_refusal(e, err);
    q->change.refusal = r;
    q->change.refusal.err = err;
    q->put.accept = q->put.accept && !err;
    q->change.match = request_waits(q); // of one that was pushed nobody will take the matches
}

static void add_number(buf *to, uint64_t n)
{
    char digits[24];
    buf_add(to, digits, (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n));
}

static void add_text(buf *to, const char *text)
{
    buf_add(to, text, strlen(text));
}

static void add_warnings(buf *to, const record *rec)
{
    if (!rec->published_unread)
        return;
    add_text(to, ",\"warnings\":[{\"field\":\"published\",\"detail\":");
    flat_quote(to, view_of(record_unread_detail));
    add_text(to, "}]");
}

// Written as text: an article's reply must not cost what reading the article does.
static void put_header(buf *to, const request *q, bool stored)
{
    static const char *const results[] = {"new", "updated", "unchanged"};
    const change *c = &q->change;
    const record *rec = &c->reading->record;
    add_text(to, "{\"uri\":");
    flat_quote(to, record_get(rec, REC_URI));
    if (stored) {
        add_text(to, ",\"version\":");
        add_number(to, c->version);
        add_text(to, ",\"result\":\"");
        add_text(to, results[c->result]);
        add_text(to, "\"");
    }
    add_warnings(to, rec);
    add_text(to, "}");
}

static bool put_reply(reply *out, request *q, int status)
{
    buf header = {0};
    put_header(&header, q, status == SHG_STATUS_OK);
    return reply_text(out, &q->message, status, &header);
}

change *request_changes(request *q, size_t *n)
{
    if (request_is_batch(q)) {
        *n = q->batch.refusal.err ? 0 : q->batch.n;
        return q->batch.change;
    }
    *n = !q->change.refusal.err;
    return &q->change;
}

bool request_waits(const request *q)
{
    return q->put.match && !q->silent && !q->change.refusal.err;
}

void request_bar(request *q)
{
    if (request_is_batch(q))
        batch_bar(&q->batch);
}

void request_settle(request *q)
{
    if (request_is_batch(q))
        batch_settle(&q->batch, batch_verb_of(q));
}

static bool batch_reply(request *q)
{
    buf header = {0};
    if (q->batch.refusal.err)
        return request_refuse(q, &q->batch.refusal);
    batch_header(&header, &q->batch, batch_verb_of(q));
    return reply_text(&q->reply, &q->message, SHG_STATUS_OK, &header);
}

bool request_changed(request *q)
{
    const change *c = &q->change;
    if (request_is_batch(q))
        return batch_reply(q);
    if (c->refusal.err)
        return request_refuse(q, &c->refusal);
    if (q->verb == VERB_PUT)
        return put_reply(&q->reply, q, SHG_STATUS_OK);
    json_t *h = json_pack("{s:I}", "deleted", (json_int_t)c->deleted);
    bool made = h && reply_make(&q->reply, &q->message, SHG_STATUS_OK, h);
    json_decref(h);
    return made;
}

request *request_accepted(request *q)
{
    request *out = request_new();
    if (out && !put_reply(&out->reply, q, SHG_STATUS_ACCEPTED)) {
        request_free(out);
        return NULL;
    }
    if (out)
        out->reply.more = true;
    return out;
}

bool request_matched(request *q, engine *e)
{
    refusal r = {0};
    buf text = {0};
    put_header(&text, q, true);
    json_t *h = buf_err(&text) ? NULL : json_loadb((const char *)text.p, text.len, 0, NULL);
    buf_fini(&text);
    shg_err err = engine_put_matches(e, q->change.reading, h, &r); // asked without memory, too
    bool made = err ? request_refuse(q, &r) : reply_make(&q->reply, &q->message, SHG_STATUS_OK, h);
    json_decref(h);
    return made;
}
