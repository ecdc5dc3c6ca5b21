// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page registers: every page of a large area is a register with one writer.
 *
 * Each process owns some slots. A store fills a slot with words that follow
 * from process, slot and sequence number; a load compares every word with what
 * the last store must have left. So a page that is stale, torn, zeroed, or
 * another slot's is found at its next load, and the report says what it was.
 *
 * The area is anonymous memory (to be paged out under pressure), or with -f a
 * block device that is read and written past the page cache. With -e errors
 * are allowed: a SIGBUS or an I/O error is counted, wrong bytes never are.
 * SIGTERM ends it early, with everything checked.
 *
 * What a process has to remember about its slots is locked memory, so that
 * only the registers themselves can be paged out.
 *
 * With -k the memory is shared (pages of tmpfs) or made of huge pages, a child
 * checks its own copy while its parent goes on, or pieces are locked and unlocked.
 * Walking through more than there is memory for finds no page there; with -k jump most
 * loads do if the memory is nearly enough.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORD sizeof(uint64_t)

enum {
	EXIT_WRONG = 1, /* a load returned something that was not stored there */
	EXIT_SETUP = 2,
	EXIT_DRY = 3,	/* less happened than was asked for */
	EXIT_ERROR = 4, /* an error that was not allowed */
};

static struct {
	unsigned int procs;
	size_t size; /* of the whole area */
	size_t slot;
	unsigned int seconds;
	unsigned int rounds; /* 0: by time */
	unsigned long loads; /* of all processes together; 0: by rounds or time */
	unsigned long least_out;
	const char *file;
	off_t offset;
	bool errors;
	bool shared, huge, forks, locks, jumps;
	unsigned int run; /* log2 of how many words in a row are alike */
	uint64_t seed;
} opt = { .procs = 2, .size = 64 << 20, .slot = 4096, .seconds = 10, .seed = 1 };

/* Shared by all processes, so that one that is killed is counted all the same. */
static struct counters {
	volatile unsigned long loads;
	unsigned long stores, errors, wrong, forks, locks;
	volatile bool enough;
} * count;

/* What is known of a slot. */
struct slot {
	uint32_t seq; /* last whole store; 0: never stored, reads zero */
	bool torn;    /* a store of seq + 1 failed midway: its words may precede those of seq */
};

struct worker {
	unsigned int proc;
	size_t slots;
	struct slot *slot;
	char *area; /* memory, or the buffer of one slot */
	int fd;
	uint64_t random;
	pid_t child;
};

static sigjmp_buf on_bus;
static volatile sig_atomic_t armed;

static uint64_t mix(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9;
	return x ^ x >> 32;
}

/* The first words tell in clear whose content this is; the rest follows from them. */
static uint64_t word(unsigned int proc, size_t slot, uint32_t seq, size_t i)
{
	if (!seq)
		return 0;
	switch (i) {
	case 0:
		return (uint64_t)proc << 48 | slot;
	case 1:
		return (uint64_t)seq << 32 | (uint32_t)opt.seed;
	default:
		return mix(((uint64_t)proc << 40 ^ slot) + ((uint64_t)seq << 20) + opt.seed) +
		       (i >> opt.run) * 0x9e3779b97f4a7c15;
	}
}

/* The time is over before its time. */
static void enough(int sig)
{
	(void)sig;
	count->enough = true;
}

static void bus(int sig)
{
	(void)sig;
	if (armed)
		siglongjmp(on_bus, 1);
	_exit(EXIT_ERROR);
}

static void report(struct worker *w, size_t n, size_t i, uint64_t got, const uint64_t *page)
{
	struct slot *s = &w->slot[n];

	if (__atomic_add_fetch(&count->wrong, 1, __ATOMIC_RELAXED) > 10)
		return;
	printf("pagereg: WRONG process %u slot %zu sequence %u%s word %zu: %016llx, not %016llx; ",
	       w->proc, n, s->seq, s->torn ? " (torn)" : "", i, (unsigned long long)got,
	       (unsigned long long)word(w->proc, n, s->seq, i));
	printf("the page says process %llu slot %llu sequence %llu\n",
	       (unsigned long long)page[0] >> 48, (unsigned long long)page[0] & 0xffffffffffff,
	       (unsigned long long)page[1] >> 32);
	fflush(stdout);
}

/* All words are those of the last store; of a torn slot, some of the next may come first. */
static void compare(struct worker *w, size_t n, const uint64_t *page)
{
	struct slot *s = &w->slot[n];
	bool next = s->torn;
	size_t i;

	for (i = 0; i < opt.slot / WORD; i++) {
		uint64_t got = page[i];

		if (next && got == word(w->proc, n, s->seq + 1, i))
			continue;
		next = false;
		if (got != word(w->proc, n, s->seq, i)) {
			report(w, n, i, got, page);
			return;
		}
	}
}

static void fill(struct worker *w, size_t n, volatile uint64_t *page)
{
	size_t i;

	for (i = 0; i < opt.slot / WORD; i++)
		page[i] = word(w->proc, n, w->slot[n].seq + 1, i);
}

static off_t place(struct worker *w, size_t n)
{
	return opt.offset + (off_t)((w->proc * w->slots + n) * opt.slot);
}

static bool disarm(void)
{
	armed = 0;
	return false;
}

/*
 * In memory the load and the store are the processor's; SIGBUS is the error. Its handler
 * does not block it (SA_NODEFER), so there is no mask to be saved by a call for each load.
 */
static bool load_memory(struct worker *w, size_t n)
{
	if (sigsetjmp(on_bus, 0))
		return disarm();
	armed = 1;
	compare(w, n, (uint64_t *)(w->area + n * opt.slot));
	armed = 0;
	return true;
}

static bool store_memory(struct worker *w, size_t n)
{
	if (sigsetjmp(on_bus, 0))
		return disarm();
	armed = 1;
	w->slot[n].torn = true;
	fill(w, n, (uint64_t *)(w->area + n * opt.slot));
	armed = 0;
	return true;
}

static bool load(struct worker *w, size_t n)
{
	if (w->fd < 0)
		return load_memory(w, n);
	if (pread(w->fd, w->area, opt.slot, place(w, n)) != (ssize_t)opt.slot)
		return false;
	/* what a device held before the first store is not ours to know */
	if (w->slot[n].seq)
		compare(w, n, (uint64_t *)w->area);
	return true;
}

static bool store(struct worker *w, size_t n)
{
	struct slot *s = &w->slot[n];

	if (w->fd < 0) {
		if (!store_memory(w, n))
			return false;
	} else {
		s->torn = true;
		fill(w, n, (uint64_t *)w->area);
		if (pwrite(w->fd, w->area, opt.slot, place(w, n)) != (ssize_t)opt.slot)
			return false;
	}
	s->seq++;
	s->torn = false;
	return true;
}

static void tally(bool done, volatile unsigned long *what)
{
	__atomic_add_fetch(done ? what : &count->errors, 1, __ATOMIC_RELAXED);
}

/* A piece that is locked has to be there at once, and is let go again. */
static void lock_some(struct worker *w)
{
	size_t many = w->slots < 16 ? w->slots : 16;
	char *piece = w->area + w->random % (w->slots - many + 1) * opt.slot;

	tally(!mlock(piece, many * opt.slot), &count->locks);
	munlock(piece, many * opt.slot);
}

static void reap(struct worker *w)
{
	int status;

	if (w->child > 0 && waitpid(w->child, &status, 0) == w->child && status && !opt.errors)
		_exit(EXIT_ERROR);
	w->child = 0;
}

/* The child's copy stays what it was, whatever the parent stores meanwhile. */
static void fork_checker(struct worker *w)
{
	size_t n;

	reap(w);
	fflush(stdout);
	w->child = fork();
	if (w->child < 0) {
		perror("pagereg: fork");
		_exit(EXIT_SETUP);
	}
	if (w->child) {
		__atomic_add_fetch(&count->forks, 1, __ATOMIC_RELAXED);
		return;
	}
	for (n = 0; n < w->slots; n++)
		tally(load(w, n), &count->loads);
	fflush(stdout);
	_exit(0);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static bool sound(void)
{
	return opt.errors || !(count->errors || count->wrong);
}

static bool go_on(double end, unsigned int round)
{
	if (!sound() || count->enough)
		return false;
	if (opt.loads)
		return count->loads < opt.loads;
	return opt.rounds ? round < opt.rounds : now() < end;
}

static void work(struct worker *w)
{
	double end;
	unsigned int round;
	size_t n, i;

	for (n = 0; n < w->slots && sound(); n++)
		tally(store(w, n), &count->stores);
	end = now() + opt.seconds;
	for (round = 0; go_on(end, round); round++) {
		if (opt.forks)
			fork_checker(w);
		for (i = 0; i < w->slots && go_on(end, round); i++) {
			w->random = mix(w->random + 1);
			/* even rounds walk, odd ones jump */
			n = opt.jumps || round & 1 ? w->random % w->slots : i;
			tally(load(w, n), &count->loads);
			if (opt.locks && !(w->random & 255))
				lock_some(w);
			if (w->random >> 62)
				continue;
			tally(store(w, n), &count->stores);
		}
	}
	/* at the end everything has to be there */
	for (n = 0; n < w->slots; n++)
		tally(load(w, n), &count->loads);
	reap(w);
}

static void *locked(size_t size, int flags)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mlock(p, size)) {
		perror("pagereg: locked memory");
		exit(EXIT_SETUP);
	}
	return p;
}

static void open_area(struct worker *w)
{
	size_t size = w->slots * opt.slot;

	w->fd = -1;
	if (opt.file) {
		size = opt.slot;
		w->fd = open(opt.file, O_RDWR | O_DIRECT | O_CLOEXEC);
		if (w->fd < 0) {
			perror(opt.file);
			exit(EXIT_SETUP);
		}
	}
	w->area = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       (opt.shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0);
	if (w->area == MAP_FAILED) {
		perror("pagereg: memory");
		exit(EXIT_SETUP);
	}
	/* a kernel without huge pages refuses both, and has none */
	if (madvise(w->area, size, opt.huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) && opt.huge) {
		perror("pagereg: huge pages");
		exit(EXIT_SETUP);
	}
}

static void run_worker(unsigned int proc)
{
	struct worker w = { .proc = proc, .slots = opt.size / opt.procs / opt.slot };
	struct sigaction action = { .sa_handler = bus, .sa_flags = SA_NODEFER };

	w.random = mix(opt.seed * 64 + proc);
	w.slot = locked(w.slots * sizeof(*w.slot), MAP_PRIVATE);
	/* stack and data stay, the registers come after this */
	if (mlockall(MCL_CURRENT)) {
		perror("pagereg: mlockall");
		exit(EXIT_SETUP);
	}
	open_area(&w);
	sigaction(SIGBUS, &action, NULL);
	work(&w);
	fflush(stdout);
	_exit(0);
}

static unsigned long vmstat(const char *name)
{
	char line[128], key[64];
	unsigned long value = 0, v;
	FILE *f = fopen("/proc/vmstat", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %lu", key, &v) == 2 && !strcmp(key, name))
			value = v;
	if (f)
		fclose(f);
	return value;
}

static size_t size_of(const char *text)
{
	char *end;
	unsigned long long v = strtoull(text, &end, 0);

	switch (*end) {
	case 'G':
		v <<= 10; /* fall through */
	case 'M':
		v <<= 10; /* fall through */
	case 'K':
		v <<= 10;
		end++;
	}
	if (*end || !v) {
		fprintf(stderr, "pagereg: \"%s\" is not a size (4096, 64K, 16M)\n", text);
		exit(EXIT_SETUP);
	}
	return v;
}

static void usage(void)
{
	fputs("usage: pagereg [-p PROCESSES] [-m SIZE] [-t SECONDS | -n ROUNDS | -l LOADS]\n"
	      "               [-o PAGES] [-e] [-z] [-r SEED]\n"
	      "               [-k KIND[,KIND…] | -f DEVICE [-b SLOT] [-s OFFSET]]\n"
	      "  -l  until all processes together have loaded so often\n"
	      "  -o  fail unless so many pages went out to swap\n"
	      "  -e  allow SIGBUS, I/O errors and killed processes, but no wrong byte\n"
	      "  -z  pages that can be compressed, to about a third\n"
	      "  -k  shared (pages of tmpfs), huge (huge pages), fork (children check a copy),\n"
	      "      lock (pieces are locked and unlocked), jump (never walk)\n"
	      "  -f  registers on a block device, by O_DIRECT, instead of in memory\n",
	      stderr);
	exit(EXIT_SETUP);
}

static void kinds(char *list)
{
	char *kind;

	for (kind = strtok(list, ","); kind; kind = strtok(NULL, ",")) {
		if (!strcmp(kind, "shared"))
			opt.shared = true;
		else if (!strcmp(kind, "huge"))
			opt.huge = true;
		else if (!strcmp(kind, "fork"))
			opt.forks = true;
		else if (!strcmp(kind, "lock"))
			opt.locks = true;
		else if (!strcmp(kind, "jump"))
			opt.jumps = true;
		else
			usage();
	}
}

static void options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "p:m:t:n:l:o:ezr:k:f:b:s:")) != -1) {
		switch (c) {
		case 'p':
			opt.procs = size_of(optarg);
			break;
		case 'm':
			opt.size = size_of(optarg);
			break;
		case 't':
			opt.seconds = size_of(optarg);
			break;
		case 'n':
			opt.rounds = size_of(optarg);
			break;
		case 'l':
			opt.loads = size_of(optarg);
			break;
		case 'o':
			opt.least_out = size_of(optarg);
			break;
		case 'e':
			opt.errors = true;
			break;
		case 'z':
			opt.run = 2;
			break;
		case 'r':
			opt.seed = size_of(optarg);
			break;
		case 'k':
			kinds(optarg);
			break;
		case 'f':
			opt.file = optarg;
			break;
		case 'b':
			opt.slot = size_of(optarg);
			break;
		case 's':
			opt.offset = size_of(optarg);
			break;
		default:
			usage();
		}
	}
	if (optind != argc || (!opt.file && opt.slot != 4096) || opt.slot % 512)
		usage();
	/* a child of shared memory has no copy of its own */
	if ((opt.shared && opt.forks) ||
	    (opt.file && (opt.shared || opt.huge || opt.forks || opt.locks)))
		usage();
}

int main(int argc, char **argv)
{
	struct sigaction stop = { .sa_handler = enough, .sa_flags = SA_RESTART };
	unsigned long out, in;
	unsigned int i, killed = 0, broken = 0;
	int status;

	options(argc, argv);
	/* the one who counts must not be a victim of what it counts */
	if (mlockall(MCL_CURRENT | MCL_FUTURE)) {
		perror("pagereg: mlockall");
		return EXIT_SETUP;
	}
	count = locked(sizeof(*count), MAP_SHARED);
	sigaction(SIGTERM, &stop, NULL);
	out = vmstat("pswpout");
	in = vmstat("pswpin");
	for (i = 0; i < opt.procs; i++) {
		switch (fork()) {
		case -1:
			perror("pagereg: fork");
			return EXIT_SETUP;
		case 0:
			run_worker(i);
		}
	}
	while (wait(&status) > 0) {
		if (WIFSIGNALED(status)) {
			printf("pagereg: a process was killed: %s\n", strsignal(WTERMSIG(status)));
			killed++;
		}
		if (WIFEXITED(status) && WEXITSTATUS(status))
			broken++;
	}
	out = vmstat("pswpout") - out;
	in = vmstat("pswpin") - in;
	printf("pagereg: processes %u slots %zu loads %lu stores %lu ", opt.procs,
	       opt.size / opt.slot, count->loads, count->stores);
	printf("errors %lu wrong %lu ", count->errors, count->wrong);
	printf("killed %u broken %u pageouts %lu pageins %lu ", killed, broken, out, in);
	printf("forks %lu locks %lu\n", count->forks, count->locks);
	if (count->wrong)
		return EXIT_WRONG;
	if (!opt.errors && (count->errors || killed || broken))
		return EXIT_ERROR;
	if (out < opt.least_out) {
		printf("pagereg: fewer than %lu pages went out\n", opt.least_out);
		return EXIT_DRY;
	}
	if ((opt.forks && !count->forks) || (opt.locks && !count->locks)) {
		printf("pagereg: a kind that was asked for never happened\n");
		return EXIT_DRY;
	}
	return 0;
}
