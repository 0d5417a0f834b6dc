// wire.h - the numbers of the SHG1 wire: limits, statuses, default endpoints.
//
// One place for the daemon, the library and the command line; PROTOCOL.md in this
// folder is the text, INFO names the limits to those who can't include this.
// Every limit is the largest value that is still taken. Bytes, unless it says
// otherwise. Layer: include.  Threads: constants only.
#ifndef SHINGLED_WIRE_H
#define SHINGLED_WIRE_H

#define SHG_MAGIC "SHG1"     // the frame that ends the envelope; its digit is SHG_PROTO
#define SHG_MAGIC_STEM "SHG" // followed by another digit: answered 426, not dropped

enum {
    SHG_MAGIC_LEN = 4,
    SHG_STATUS_LEN = 3, // three ASCII digits

    SHG_TEXT_MAX = 16 << 20,   // the text of one article
    SHG_HEADER_MAX = 64 << 10, // the JSON header of a message
    SHG_DEPTH_MAX = 32,        // levels of nesting in a header
    SHG_BATCH_MAX = 16 << 20,  // a batch of records: one frame
    SHG_BATCH_RECORDS_MAX = 4096,
    SHG_STREAMS_MAX = 64,       // streams open at a time
    SHG_STREAM_NAME_MAX = 128,  // a stream's name; at least 1
    SHG_STREAM_MARK_MAX = 1024, // what a client keeps with a batch
    SHG_FRAME_MAX = 64 << 20,   // any frame; above it libzmq drops the connection without a word
    SHG_FRAMES_MAX = 64,        // frames of a message, envelope included
    SHG_ENVELOPE_MAX = 8,       // frames before the magic (ROUTER's own routing frame not counted)
    SHG_URI_MAX = 2048,         // an article's uri; at least 1
    SHG_VERB_MAX = 16,          // a verb: letters and "-"
    SHG_RID_MAX = 64,           // a request id: any octets, also none
    SHG_LIMIT_MAX = 1000,       // matches that one QUERY may ask for
    SHG_LIMIT_DEFAULT = 10,
};

// The statuses of a reply. Every one but SHG_STATUS_PARTIAL is the last of its request.
enum {
    SHG_STATUS_OK = 200,          // done; of a PUT: committed and synced to disk
    SHG_STATUS_ACCEPTED = 202,    // taken, not yet durable (asked for by "durability")
    SHG_STATUS_PARTIAL = 206,     // more follow under the same request id
    SHG_STATUS_MALFORMED = 400,   // header, option or frames are not what they must be
    SHG_STATUS_FORBIDDEN = 403,   // this key may not do this
    SHG_STATUS_NOT_FOUND = 404,   // unknown uri
    SHG_STATUS_CONFLICT = 409,    // if_version is not the stored one
    SHG_STATUS_TOO_LARGE = 413,   // over SHG_TEXT_MAX, SHG_HEADER_MAX or SHG_BATCH_MAX
    SHG_STATUS_ENCODING = 415,    // unknown encoding or format
    SHG_STATUS_BAD_ARTICLE = 422, // a field missing or wrong, invalid UTF-8, blank text
    SHG_STATUS_VERSION = 426,     // another protocol version; the header lists "protocols"
    SHG_STATUS_BUSY = 429,        // no credit or overloaded; see "retry_after_ms"
    SHG_STATUS_INTERNAL = 500,    // the server's fault; nothing was lost
    SHG_STATUS_UNKNOWN_VERB = 501,
    SHG_STATUS_DRAINING = 503, // shutting down or recovering
    SHG_STATUS_FULL = 507,     // disk or map full; reads go on
};

#define SHG_DEFAULT_PORT 7464        // S-H-N-G on a telephone
#define SHG_DEFAULT_EVENTS_PORT 7465 // the XPUB socket, where it is asked for
#define SHG_DEFAULT_ENDPOINT "tcp://127.0.0.1:7464"
#define SHG_DEFAULT_EVENTS_ENDPOINT "tcp://127.0.0.1:7465"

#endif
