#include "server/sockets.h"
#include "shingled/wire.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

enum {
    LINGER_MS = 2000, // for replies that are still in socket buffers
    HEARTBEAT_MS = 30000,
    HANDSHAKE_MS = 10000,
    SOCKET_QUEUE = 16384,
    PULL_QUEUE = 16, // messages, perhaps batches, that a crawler may be ahead
};

static bool set(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool set_options(void *socket)
{
    int64_t most = SHG_FRAME_MAX;
    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof most) == 0 &&
           set(socket, ZMQ_RCVHWM, SOCKET_QUEUE) && set(socket, ZMQ_SNDHWM, SOCKET_QUEUE) &&
           set(socket, ZMQ_LINGER, LINGER_MS) && set(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
           set(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) && set(socket, ZMQ_BACKLOG, 512);
}

void *socket_open(void *zmq, int type)
{
    void *s = zmq_socket(zmq, type);
    if (s && set_options(s) &&
        (type == ZMQ_ROUTER ? set(s, ZMQ_ROUTER_MANDATORY, 1) : set(s, ZMQ_RCVHWM, PULL_QUEUE)))
        return s;
    int why = errno;
    if (s)
        zmq_close(s);
    errno = why;
    return NULL;
}

int socket_fd(void *socket)
{
    int fd = -1;
    size_t n = sizeof fd;
    return zmq_getsockopt(socket, ZMQ_FD, &fd, &n) ? -1 : fd;
}

bool socket_has_input(void *socket)
{
    int events = 0;
    size_t n = sizeof events;
    return !zmq_getsockopt(socket, ZMQ_EVENTS, &events, &n) && events & ZMQ_POLLIN;
}

shg_err socket_bind(void *socket, const char *name, const char *endpoint, char *ready, size_t room,
                    char *why, size_t why_len)
{
    char real[512];
    size_t n = sizeof real, len = strlen(ready);
    set(socket, ZMQ_IPV6, strchr(endpoint, '[') != NULL); // else 127.0.0.1 is shown mapped
    if (zmq_bind(socket, endpoint) || zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, real, &n)) {
        snprintf(why, why_len, "can't listen on %s: %s", endpoint, zmq_strerror(errno));
        return errno == EADDRINUSE ? SHG_EBUSY : SHG_EIO;
    }
    if (snprintf(ready + len, room - len, " %s=%s", name, real) < (int)(room - len))
        return SHG_OK;
    snprintf(why, why_len, "too many endpoints");
    return SHG_EOPTION;
}
