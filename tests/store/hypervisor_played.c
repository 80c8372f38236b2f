/*
 * Preloaded into Debian's xenstored, this plays the hypervisor that the daemon asks for domains, event channels and
 * shared pages, so that the real daemon serves where there is no Xen.
 *
 * The folder $XENSTORED_DOMAINS is the hypervisor's memory. A file there named 7, of one page, is domain 7 and the
 * page that it shares with the daemon; when the file is gone so is the domain. Bytes written to the fifo "events" are
 * event channels that fire: 1 says that some domain has died, any other number is the channel that a domain was
 * introduced with. Domain 0 is always there, and speaks through the socket.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>

#define PAGE 4096
#define DEATHS 1 /* the channel that tells of deaths */
#define DOM0_CHANNEL "2"

static int events = -1;
static char anything; /* what handles point to */

static const char *place_of(const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", getenv("XENSTORED_DOMAINS"), name);
    return path;
}

static const char *page_of(unsigned domid) {
    char name[16];
    snprintf(name, sizeof name, "%u", domid);
    return place_of(name);
}

/* Domains. */

xc_interface *xc_interface_open(xentoollog_logger *logger, xentoollog_logger *builder, unsigned flags) {
    return (xc_interface *)&anything;
}

int xc_interface_close(xc_interface *handle) {
    return 0;
}

/* The daemon asks for one domain at a time. */
int xc_domain_getinfo(xc_interface *handle, uint32_t domid, unsigned most, xc_dominfo_t *found) {
    if (domid != 0 && access(page_of(domid), F_OK) != 0) return 0;
    memset(found, 0, sizeof *found);
    found->domid = domid;
    return 1;
}

/* Event channels. */

xenevtchn_handle *xenevtchn_open(xentoollog_logger *logger, unsigned flags) {
    const char *path = place_of("events");
    if (mkfifo(path, 0600) != 0 && errno != EEXIST) return NULL;
    events = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return events < 0 ? NULL : (xenevtchn_handle *)&anything;
}

int xenevtchn_fd(xenevtchn_handle *handle) {
    return events;
}

xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *handle, unsigned virq) {
    return DEATHS;
}

/* Both ends use the same number. */
xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *handle, uint32_t domid, evtchn_port_t theirs) {
    return (xenevtchn_port_or_error_t)theirs;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *handle) {
    unsigned char channel;
    return read(events, &channel, 1) == 1 ? channel : -1;
}

int xenevtchn_unbind(xenevtchn_handle *handle, evtchn_port_t port) {
    return 0;
}

int xenevtchn_unmask(xenevtchn_handle *handle, evtchn_port_t port) {
    return 0;
}

int xenevtchn_notify(xenevtchn_handle *handle, evtchn_port_t port) {
    return 0; /* whoever plays a domain looks at the page */
}

/* Shared pages. */

xengnttab_handle *xengnttab_open(xentoollog_logger *logger, unsigned flags) {
    return (xengnttab_handle *)&anything;
}

int xengnttab_set_max_grants(xengnttab_handle *handle, uint32_t most) {
    return 0;
}

void *xengnttab_map_grant_ref(xengnttab_handle *handle, uint32_t domid, uint32_t reference, int protection) {
    int file = open(page_of(domid), O_RDWR | O_CLOEXEC);
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return page == MAP_FAILED ? NULL : page;
}

int xengnttab_unmap(xengnttab_handle *handle, void *page, uint32_t count) {
    return munmap(page, PAGE * (size_t)count);
}

/* Domain 0's page and channel are files of the kernel. */

static int file_with(const char *text, size_t size) {
    int file = memfd_create("hypervisor", MFD_CLOEXEC);
    if (ftruncate(file, (off_t)size) != 0 || pwrite(file, text, strlen(text), 0) < 0) return -1;
    return file;
}

static int kernel_file(const char *path) {
    if (strcmp(path, "/proc/xen/xsd_kva") == 0) return file_with("", PAGE);
    if (strcmp(path, "/proc/xen/xsd_port") == 0) return file_with(DOM0_CHANNEL, strlen(DOM0_CHANNEL));
    return -1;
}

static int real_open(const char *name, const char *path, int flags, mode_t mode) {
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, name);
    int file = kernel_file(path);
    return file >= 0 ? file : real(path, flags, mode);
}

#define OPENS(name)                                        \
    int name(const char *path, int flags, ...) {           \
        va_list more;                                      \
        va_start(more, flags);                             \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0; \
        va_end(more);                                      \
        return real_open(#name, path, flags, mode);        \
    }

OPENS(open)
OPENS(open64)
