// js.h - reading JSON answers whose shape nobody promised: a missing member or one of
// another type reads as "", 0 or NULL.
// Layer: CLI.  Threads: pure.
#ifndef SHINGLED_JS_H
#define SHINGLED_JS_H
#include <jansson.h>
#include <stdbool.h>

static inline const char *js_string(const json_t *v)
{
    return json_is_string(v) ? json_string_value(v) : "";
}

static inline const char *js_text(const json_t *o, const char *name)
{
    return js_string(json_object_get(o, name));
}

static inline double js_number(const json_t *o, const char *name)
{
    return json_number_value(json_object_get(o, name));
}

static inline long js_count(const json_t *o, const char *name)
{
    double x = js_number(o, name);
    return x > -1e15 && x < 1e15 ? (long)x : 0;
}

static inline bool js_true(const json_t *o, const char *name)
{
    return json_is_true(json_object_get(o, name));
}

static inline const json_t *js_object(const json_t *o, const char *name)
{
    return json_object_get(o, name);
}

#endif
