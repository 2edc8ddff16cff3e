// Preloaded into a program of the product (LD_PRELOAD), so that time passes for it, or its wall clock is wrong:
//   WAYBOOK_CLOCK_OFFSET  seconds by which the wall clock is off; the clock since boot stays true
//   WAYBOOK_TIME_PASSED   seconds that have passed beside: both clocks are on by them, as after a laptop slept
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long long seconds(const char *name) {
    const char *text = getenv(name);
    return text ? atoll(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *into) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, into);
    if (result != 0) return result;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        into->tv_sec += seconds("WAYBOOK_CLOCK_OFFSET") + seconds("WAYBOOK_TIME_PASSED");
    if (clock == CLOCK_BOOTTIME) into->tv_sec += seconds("WAYBOOK_TIME_PASSED");
    return result;
}

int gettimeofday(struct timeval *restrict into, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    into->tv_sec = now.tv_sec;
    into->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *into) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}
