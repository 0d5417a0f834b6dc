// sockets.h - the sockets that the server listens on: their options and endpoints.
// Layer: server.  May include: zmq.  Threads: one at a time for each socket.
#ifndef SHINGLED_SERVER_SOCKETS_H
#define SHINGLED_SERVER_SOCKETS_H
#include "shingled/err.h"

#include <stdbool.h>
#include <stddef.h>

// socket_open makes a ZMQ_ROUTER that tells of replies nobody takes, or a ZMQ_PULL. NULL: errno.
void *socket_open(void *zmq, int type);

// socket_bind adds " name=ENDPOINT" with the real port to the text in ready, a buffer of room
// bytes. Otherwise why says what went wrong: SHG_EBUSY (the address is taken), SHG_EIO,
// SHG_EOPTION.
SHG_MUST_CHECK shg_err socket_bind(void *socket, const char *name, const char *endpoint,
                                   char *ready, size_t room, char *why, size_t why_len);

// socket_fd gives what tells, to poll, that there may be input: of changes only, so that all is to
// be read first. Any call on the socket may take the signal that it gives.
int socket_fd(void *socket);
bool socket_has_input(void *socket);

#endif
