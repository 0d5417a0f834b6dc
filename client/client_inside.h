// client_inside.h - what the parts of libshingled share; not installed, nothing of it exported.
#ifndef SHINGLED_CLIENT_INSIDE_H
#define SHINGLED_CLIENT_INSIDE_H
#include "shingled/client.h"

// shg_client_fail keeps the sentence of shg_client_why, and returns e.
__attribute__((format(printf, 3, 4), visibility("hidden"))) shg_client_err
shg_client_fail(shg_client *c, shg_client_err e, const char *format, ...);

#endif
