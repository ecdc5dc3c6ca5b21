// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends one generic netlink request with any attributes, also ones that no
 * proper tool would send, and prints the answer: for a refusal the errno and
 * the words of the extended ACK, else the attributes of each reply.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

static bool dump;
static int version = 1;
static size_t trailing;	     /* bytes behind the last attribute */
static const char *fail_nth; /* which of the kernel's allocations is to fail */
static bool fail_all;	     /* whether those that failslab is set to fail all */
static int kill_after = -1;  /* milliseconds after which the sender is killed */

static void die(const char *what, const char *more)
{
	fprintf(stderr, "rawnl: %s%s%s\n", what, more ? ": " : "", more ? more : "");
	exit(2);
}

static void usage(void)
{
	fputs("usage: rawnl [-d] [-V VERSION] [-g BYTES] [-f N] [-F] [-k MS]\n"
	      "             FAMILY COMMAND [ATTRIBUTE...]\n"
	      "  -d  ask for a dump\n"
	      "  -g  so many bytes of garbage behind the attributes\n"
	      "  -f  let the kernel's Nth allocation for the request fail\n"
	      "  -F  let all those of the kernel's allocations for the request fail\n"
	      "      that /sys/kernel/debug/failslab says\n"
	      "  -k  kill the process that sends, so many milliseconds after\n"
	      "ATTRIBUTE is TYPE:KIND=VALUE, all numbers:\n"
	      "  u8= u16= u32= u64=  an integer\n"
	      "  s=    a string with its final zero     S=  the same without it\n"
	      "  hex=  bytes                            flag\n"
	      "  forged=LEN  a header that claims LEN bytes, with four behind it\n"
	      "  [ ATTRIBUTE... ]  nested (TYPE:[ and, as words of their own, the rest)\n"
	      "  {     the same without the mark that says nested\n",
	      stderr);
	exit(2);
}

static void put_hex(struct nl_msg *msg, int type, const char *text)
{
	unsigned char bytes[1024];
	size_t n = 0;
	unsigned int b;

	for (; *text; text += 2, n++) {
		if (n == sizeof(bytes) || sscanf(text, "%2x", &b) != 1)
			die("bad hex", text);
		bytes[n] = b;
	}
	nla_put(msg, type, n, bytes);
}

static void put_forged(struct nl_msg *msg, int type, unsigned int claimed)
{
	struct nlattr *a = nla_reserve(msg, type, 4);

	memset(nla_data(a), 0xee, 4);
	a->nla_len = claimed;
}

static void put_one(struct nl_msg *msg, int type, char *kind)
{
	char *value = strchr(kind, '=');
	unsigned long long number;

	if (value)
		*value++ = 0;
	else
		value = "";
	number = strtoull(value, NULL, 0);
	if (!strcmp(kind, "u8"))
		nla_put_u8(msg, type, number);
	else if (!strcmp(kind, "u16"))
		nla_put_u16(msg, type, number);
	else if (!strcmp(kind, "u32"))
		nla_put_u32(msg, type, number);
	else if (!strcmp(kind, "u64"))
		nla_put_u64(msg, type, number);
	else if (!strcmp(kind, "s"))
		nla_put_string(msg, type, value);
	else if (!strcmp(kind, "S"))
		nla_put(msg, type, strlen(value), value);
	else if (!strcmp(kind, "hex"))
		put_hex(msg, type, value);
	else if (!strcmp(kind, "flag"))
		nla_put_flag(msg, type);
	else if (!strcmp(kind, "forged"))
		put_forged(msg, type, number);
	else
		die("unknown kind", kind);
}

/* Returns how many words were used up. */
static int put_all(struct nl_msg *msg, char **word, int count, bool nested)
{
	int i;

	for (i = 0; i < count; i++) {
		char *kind = strchr(word[i], ':');
		int type = strtol(word[i], NULL, 0);
		struct nlattr *nest;

		if (nested && !strcmp(word[i], "]"))
			return i + 1;
		if (!kind++)
			die("not an attribute", word[i]);
		if (strcmp(kind, "[") && strcmp(kind, "{")) {
			put_one(msg, type, kind);
			continue;
		}
		nest = nla_nest_start(msg, *kind == '[' ? type | NLA_F_NESTED : type);
		if (*kind == '{')
			nest->nla_type &= ~NLA_F_NESTED;
		i += put_all(msg, word + i + 1, count - i - 1, true);
		nla_nest_end_keep_empty(msg, nest);
	}
	if (nested)
		die("a ] is missing", NULL);
	return i;
}

/* Type, length and bytes of each attribute; nested ones are indented. */
static void show(const struct nlattr *head, int len, int depth)
{
	const struct nlattr *a;
	int left, i;

	nla_for_each_attr (a, (struct nlattr *)head, len, left) {
		const unsigned char *data = nla_data(a);

		printf("%*s%d:", depth * 2, "", nla_type(a));
		if (a->nla_type & NLA_F_NESTED) {
			printf("\n");
			show(nla_data(a), nla_len(a), depth + 1);
			continue;
		}
		for (i = 0; i < nla_len(a); i++)
			printf("%02x", data[i]);
		printf("\n");
	}
}

/* Extended ACK attributes follow the error, whose request was cut to its header. */
static int refusal(const struct nlmsghdr *h, const struct nlmsgerr *e, size_t skip)
{
	const char *text = "(no words)";
	const struct nlattr *a;
	int left, offset = -1;
	int len = h->nlmsg_len - NLMSG_HDRLEN - skip;

	if (h->nlmsg_flags & NLM_F_ACK_TLVS) {
		nla_for_each_attr (a, (struct nlattr *)((char *)e + skip), len, left) {
			if (nla_type(a) == NLMSGERR_ATTR_MSG)
				text = nla_data(a);
			else if (nla_type(a) == NLMSGERR_ATTR_OFFS)
				offset = nla_get_u32(a);
		}
	}
	printf("refused: %s: %s", strerrorname_np(-e->error), text);
	if (offset >= 0)
		printf(" (at byte %d)", offset);
	printf("\n");
	return 1;
}

static int answer(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = nlmsg_data(h);
	size_t skip = sizeof(*e);

	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	return e->error ? refusal(h, e, skip) : 0;
}

/* The end of a dump carries its status like an error does. */
static int dump_end(const struct nlmsghdr *h)
{
	struct nlmsgerr e = { .error = *(int *)nlmsg_data(h) };
	const struct nlattr *a;
	int left, len = h->nlmsg_len - NLMSG_HDRLEN - sizeof(int);
	const char *text = "(no words)";

	if (!e.error)
		return 0;
	nla_for_each_attr (a, (struct nlattr *)((char *)nlmsg_data(h) + sizeof(int)), len, left)
		if (nla_type(a) == NLMSGERR_ATTR_MSG)
			text = nla_data(a);
	printf("refused: %s: %s\n", strerrorname_np(-e.error), text);
	return 1;
}

/* Until the ACK or the end of the dump. */
static int receive(struct nl_sock *sk)
{
	struct sockaddr_nl from;
	unsigned char *buf = NULL;
	struct nlmsghdr *h;
	int len;

	for (;;) {
		len = nl_recv(sk, &from, &buf, NULL);
		if (len <= 0) {
			printf("lost: %s\n", nl_geterror(len));
			return 3;
		}
		for (h = (struct nlmsghdr *)buf; nlmsg_ok(h, len); h = nlmsg_next(h, &len)) {
			if (h->nlmsg_type == NLMSG_ERROR)
				return answer(h);
			if (h->nlmsg_type == NLMSG_DONE)
				return dump_end(h);
			printf("reply %d\n", ((struct genlmsghdr *)nlmsg_data(h))->cmd);
			show(genlmsg_attrdata(nlmsg_data(h), 0), genlmsg_attrlen(nlmsg_data(h), 0),
			     1);
		}
		free(buf);
	}
}

/* The kernel works for whoever sends; the answer comes to the socket, which is shared. */
static void send_and_die(struct nl_sock *sk, struct nl_msg *msg)
{
	int about[2];
	pid_t child;
	char c;

	if (pipe(about))
		die("no pipe", strerror(errno));
	child = fork();
	if (!child) {
		if (write(about[1], "", 1) == 1)
			nl_send_auto(sk, msg);
		_exit(0);
	}
	/* counted from when it is about to send */
	if (read(about[0], &c, 1) != 1)
		die("the sender did not start", NULL);
	usleep(kill_after * 1000);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	/* the answer is there now, or the child died before it sent anything */
	nl_socket_set_nonblocking(sk);
}

static void send_and_fail(struct nl_sock *sk, struct nl_msg *msg)
{
	int fd = open("/proc/self/fail-nth", O_RDWR), sent;
	char left[16] = "";

	nl_complete_msg(sk, msg);
	if (fd < 0 || write(fd, fail_nth, strlen(fail_nth)) < 0)
		die("cannot let allocations fail", strerror(errno));
	sent = nl_send(sk, msg);
	if (pread(fd, left, sizeof(left) - 1, 0) < 0 || write(fd, "0", 1) < 0)
		die("fail-nth", strerror(errno));
	close(fd);
	printf("%s\n", atoi(left) ? "nothing failed" : "an allocation failed");
	if (sent < 0) {
		printf("refused: %s: not sent\n", nl_geterror(sent));
		exit(1);
	}
}

static void make_it_fail(int fd, const char *value)
{
	if (fd < 0 || pwrite(fd, value, 1, 0) < 0)
		die("cannot let allocations fail", strerror(errno));
}

static void send_and_fail_all(struct nl_sock *sk, struct nl_msg *msg)
{
	int fd = open("/proc/self/make-it-fail", O_WRONLY), sent;

	nl_complete_msg(sk, msg);
	make_it_fail(fd, "1");
	sent = nl_send(sk, msg);
	make_it_fail(fd, "0");
	close(fd);
	if (sent < 0)
		die("cannot send", nl_geterror(sent));
}

static void request(struct nl_sock *sk, char **word, int count)
{
	struct nl_msg *msg = nlmsg_alloc_size(1 << 17);
	int family = genl_ctrl_resolve(sk, word[0]);
	void *garbage;

	if (family < 0)
		die(word[0], nl_geterror(family));
	/* resolving has set the socket up already; the options count from here */
	setsockopt(nl_socket_get_fd(sk), SOL_NETLINK, NETLINK_EXT_ACK, &(int){ 1 }, sizeof(int));
	setsockopt(nl_socket_get_fd(sk), SOL_NETLINK, NETLINK_CAP_ACK, &(int){ 1 }, sizeof(int));
	setsockopt(nl_socket_get_fd(sk), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &(int){ 1 },
		   sizeof(int));
	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, NLM_F_ACK | (dump ? NLM_F_DUMP : 0),
		    strtol(word[1], NULL, 0), version);
	put_all(msg, word + 2, count - 2, false);
	if (trailing) {
		garbage = nlmsg_reserve(msg, trailing, 0);
		memset(garbage, 0xee, trailing);
	}
	if (kill_after >= 0)
		send_and_die(sk, msg);
	else if (fail_nth)
		send_and_fail(sk, msg);
	else if (fail_all)
		send_and_fail_all(sk, msg);
	else if (nl_send_auto(sk, msg) < 0)
		die("cannot send", strerror(errno));
	nlmsg_free(msg);
}

int main(int argc, char **argv)
{
	struct nl_sock *sk = nl_socket_alloc();
	int c;

	while ((c = getopt(argc, argv, "+dFV:g:f:k:")) != -1) {
		switch (c) {
		case 'd':
			dump = true;
			break;
		case 'V':
			version = atoi(optarg);
			break;
		case 'F':
			fail_all = true;
			break;
		case 'f':
			fail_nth = optarg;
			break;
		case 'k':
			kill_after = atoi(optarg);
			break;
		case 'g':
			trailing = atoi(optarg);
			break;
		default:
			usage();
		}
	}
	if (argc - optind < 2)
		usage();
	if (genl_connect(sk))
		die("cannot open a netlink socket", strerror(errno));
	request(sk, argv + optind, argc - optind);
	c = receive(sk);
	nl_socket_free(sk);
	return c;
}
