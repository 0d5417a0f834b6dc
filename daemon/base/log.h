// log.h - one line on stderr per event, with a stable id that can be searched for.
//
//     2017-03-12T18:05:00.123Z warn SHG-MAP-FULL map is full used=1073741824
//
// Log where an error is handled, once. What a peer sends never raises a line
// without a rate limit: use log_limited for it.
// Layer: base.  Threads: any; a line is written whole.
#ifndef SHINGLED_BASE_LOG_H
#define SHINGLED_BASE_LOG_H

typedef enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } log_level;

// log_set_level: lines below it are dropped. Start-up only. Default LOG_INFO.
void log_set_level(log_level least);

__attribute__((format(printf, 3, 4))) void log_line(log_level level, const char *id,
                                                    const char *format, ...);

// log_limited writes at most one line a second per id (of 64 ids kept) and says
// in the next one how many it left out.
__attribute__((format(printf, 3, 4))) void log_limited(log_level level, const char *id,
                                                       const char *format, ...);

#endif
