// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rawconnect - connects to an appliance with any connect data, right or wrong,
 * and posts RDMA operations with any address and key.
 *
 * The wire format is written down a second time here, on purpose: a field that
 * moves in common-kmod/wire.h must fail a test.
 *
 * Output is one line for each thing that happened, "word name=value ...".
 * Exit code: 0 all done, 1 refused by the appliance, 2 usage, 3 not connected
 * for another reason, 4 an operation failed.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <rdma/rdma_cma.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE (2 << 20)
#define MAX_OPS 64
#define TIMEOUT_MS 15000

struct connect_data {
	uint32_t magic;
	uint16_t version;
	uint16_t queue;
	uint64_t client;
	uint64_t region;
	uint64_t session;
	uint32_t epoch;
	uint32_t generation;
	uint8_t token[16];
} __attribute__((packed));

struct reject_data {
	uint32_t magic;
	uint16_t version;
	uint16_t reason;
	uint64_t detail;
} __attribute__((packed));

struct hello {
	uint32_t magic;
	uint16_t version;
	uint16_t rights;
	uint64_t size;
	uint64_t instance;
	uint64_t table_addr;
	uint32_t table_rkey;
	uint32_t extents;
	uint32_t epoch;
	uint32_t generation;
	uint8_t extent_shift;
	uint8_t reserved[15];
} __attribute__((packed));

struct extent {
	uint64_t addr;
	uint32_t rkey;
	uint32_t reserved;
} __attribute__((packed));

static const char *const reasons[] = {
	[0] = "none",  [1] = "malformed", [2] = "version",   [3] = "region",
	[4] = "grant", [5] = "epoch",	  [6] = "expired",   [7] = "superseded",
	[8] = "queue", [9] = "resources", [10] = "shutdown", [11] = "device",
};

struct request {
	const char *address;
	const char *port;
	const char *source;
	struct connect_data data;
	uint8_t bytes[256];
	int length;
	int depth;
	bool no_hello;
	bool table;
	const char *ops[MAX_OPS];
	int op_count;
};

struct link {
	struct rdma_event_channel *channel;
	struct rdma_cm_id *id;
	struct ibv_pd *pd;
	struct ibv_comp_channel *completions;
	struct ibv_cq *cq;
	struct ibv_mr *mr;
	uint8_t *buffer;
	struct hello hello;
	struct extent *table;
};

static void usage(void)
{
	puts("usage: rawconnect ADDRESS [options] [OPERATION...]\n"
	     "\n"
	     "connect data:\n"
	     "  --client HEX --region N --token HEX --session HEX (default 1)\n"
	     "  --generation N (1) --epoch N (0) --queue N (0)\n"
	     "  --magic HEX --version N --length BYTES (56)\n"
	     "transport:\n"
	     "  --port N (7707) --source ADDRESS --depth N (RDMA READs outstanding, 1)\n"
	     "then:\n"
	     "  --no-hello   do not wait for the hello\n"
	     "  --table      print the extent table\n"
	     "\n"
	     "operations, in this order:\n"
	     "  read,OFFSET,LENGTH[,KEY]        prints what was read, if all bytes are equal\n"
	     "  write,OFFSET,LENGTH,BYTE[,KEY]\n"
	     "  send                            a message, which no appliance expects\n"
	     "  pause                           until a line is read from stdin");
	exit(2);
}

static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static void die(const char *what)
{
	say("failed what=\"%s\" error=\"%s\"", what, strerror(errno));
	exit(3);
}

static uint64_t number(const char *text, int base)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || end == text || *end)
		usage();
	return value;
}

static void parse_token(const char *text, uint8_t *token)
{
	unsigned int i;

	if (strlen(text) != 32)
		usage();
	for (i = 0; i < 16; i++)
		if (sscanf(text + 2 * i, "%2hhx", &token[i]) != 1)
			usage();
}

static const struct option options[] = {
	{ "client", required_argument, NULL, 'c' },
	{ "region", required_argument, NULL, 'r' },
	{ "token", required_argument, NULL, 't' },
	{ "session", required_argument, NULL, 's' },
	{ "generation", required_argument, NULL, 'g' },
	{ "epoch", required_argument, NULL, 'e' },
	{ "queue", required_argument, NULL, 'q' },
	{ "magic", required_argument, NULL, 'm' },
	{ "version", required_argument, NULL, 'v' },
	{ "length", required_argument, NULL, 'l' },
	{ "port", required_argument, NULL, 'p' },
	{ "source", required_argument, NULL, 'S' },
	{ "depth", required_argument, NULL, 'd' },
	{ "no-hello", no_argument, NULL, 'n' },
	{ "table", no_argument, NULL, 'T' },
	{ NULL, 0, NULL, 0 },
};

static bool parse_data(struct connect_data *data, int option, const char *value)
{
	switch (option) {
	case 'c':
		data->client = htole64(number(value, 16));
		return true;
	case 'r':
		data->region = htole64(number(value, 0));
		return true;
	case 't':
		parse_token(value, data->token);
		return true;
	case 's':
		data->session = htole64(number(value, 16));
		return true;
	case 'g':
		data->generation = htole32(number(value, 0));
		return true;
	case 'e':
		data->epoch = htole32(number(value, 0));
		return true;
	case 'q':
		data->queue = htole16(number(value, 0));
		return true;
	case 'm':
		data->magic = htole32(number(value, 16));
		return true;
	case 'v':
		data->version = htole16(number(value, 0));
		return true;
	}
	return false;
}

static void parse(struct request *request, int argc, char **argv)
{
	int option;

	request->port = "7707";
	request->length = sizeof(request->data);
	request->depth = 1;
	request->data.magic = htole32(0x6d656d78);
	request->data.version = htole16(1);
	request->data.session = htole64(1);
	request->data.generation = htole32(1);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (parse_data(&request->data, option, optarg))
			continue;
		switch (option) {
		case 'l':
			request->length = number(optarg, 0);
			break;
		case 'p':
			request->port = optarg;
			break;
		case 'S':
			request->source = optarg;
			break;
		case 'd':
			request->depth = number(optarg, 0);
			break;
		case 'n':
			request->no_hello = true;
			break;
		case 'T':
			request->table = true;
			break;
		default:
			usage();
		}
	}
	if (optind == argc || request->length > (int)sizeof(request->bytes))
		usage();
	request->address = argv[optind++];
	while (optind < argc && request->op_count < MAX_OPS)
		request->ops[request->op_count++] = argv[optind++];
	memset(request->bytes, 0xee, sizeof(request->bytes));
	memcpy(request->bytes, &request->data, sizeof(request->data));
}

/* The next event, which must be the one that is expected. */
static void await(struct link *link, enum rdma_cm_event_type wanted)
{
	struct pollfd pollfd = { .fd = link->channel->fd, .events = POLLIN };
	const struct reject_data *reject;
	struct rdma_cm_event *event;
	unsigned int reason;

	if (poll(&pollfd, 1, TIMEOUT_MS) != 1) {
		errno = ETIMEDOUT;
		die(rdma_event_str(wanted));
	}
	if (rdma_get_cm_event(link->channel, &event))
		die("rdma_get_cm_event");
	if (event->event == wanted) {
		rdma_ack_cm_event(event);
		return;
	}
	reject = event->param.conn.private_data;
	if (event->event == RDMA_CM_EVENT_REJECTED && reject &&
	    event->param.conn.private_data_len >= sizeof(*reject) &&
	    le32toh(reject->magic) == 0x6d656d78) {
		reason = le16toh(reject->reason);
		say("refused reason=%u text=%s detail=%" PRIu64 " version=%u", reason,
		    reason < sizeof(reasons) / sizeof(*reasons) ? reasons[reason] : "unknown",
		    le64toh(reject->detail), le16toh(reject->version));
		exit(1);
	}
	say("failed event=%s status=%d", rdma_event_str(event->event), event->status);
	exit(3);
}

static void resolve(struct link *link, const struct request *request)
{
	struct rdma_addrinfo hints = { .ai_port_space = RDMA_PS_TCP };
	struct rdma_addrinfo *to, *from = NULL;

	if (rdma_getaddrinfo(request->address, request->port, &hints, &to))
		die("address");
	hints.ai_flags = RAI_PASSIVE;
	if (request->source && rdma_getaddrinfo(request->source, NULL, &hints, &from))
		die("source");
	if (rdma_resolve_addr(link->id, from ? from->ai_src_addr : NULL, to->ai_dst_addr, 5000))
		die("rdma_resolve_addr");
	await(link, RDMA_CM_EVENT_ADDR_RESOLVED);
	if (rdma_resolve_route(link->id, 5000))
		die("rdma_resolve_route");
	await(link, RDMA_CM_EVENT_ROUTE_RESOLVED);
	rdma_freeaddrinfo(to);
	if (from)
		rdma_freeaddrinfo(from);
}

static void make_queue_pair(struct link *link)
{
	struct ibv_qp_init_attr attr = {
		.qp_type = IBV_QPT_RC,
		.cap = { .max_send_wr = 4, .max_recv_wr = 4, .max_send_sge = 1, .max_recv_sge = 1 },
	};

	link->pd = ibv_alloc_pd(link->id->verbs);
	link->completions = ibv_create_comp_channel(link->id->verbs);
	if (!link->pd || !link->completions)
		die("verbs");
	link->cq = ibv_create_cq(link->id->verbs, 16, NULL, link->completions, 0);
	link->buffer = calloc(1, BUFFER_SIZE);
	if (!link->cq || !link->buffer)
		die("queue");
	link->mr = ibv_reg_mr(link->pd, link->buffer, BUFFER_SIZE,
			      IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE);
	attr.send_cq = link->cq;
	attr.recv_cq = link->cq;
	if (!link->mr || rdma_create_qp(link->id, link->pd, &attr))
		die("queue pair");
}

static void post_receive(struct link *link)
{
	struct ibv_sge sge = { (uintptr_t)link->buffer, sizeof(struct hello), link->mr->lkey };
	struct ibv_recv_wr wr = { .sg_list = &sge, .num_sge = 1 };
	struct ibv_recv_wr *bad;

	errno = ibv_post_recv(link->id->qp, &wr, &bad);
	if (errno)
		die("ibv_post_recv");
}

/* The next completion; sleeps, since polling starves a guest of one CPU. */
static struct ibv_wc completion(struct link *link)
{
	struct pollfd pollfd = { .fd = link->completions->fd, .events = POLLIN };
	struct ibv_wc wc = { .status = IBV_WC_GENERAL_ERR };
	struct ibv_cq *cq;
	void *context;
	int n;

	for (;;) {
		n = ibv_poll_cq(link->cq, 1, &wc);
		if (n)
			break;
		if (ibv_req_notify_cq(link->cq, 0))
			die("ibv_req_notify_cq");
		n = ibv_poll_cq(link->cq, 1, &wc);
		if (n)
			break;
		if (poll(&pollfd, 1, TIMEOUT_MS) != 1) {
			errno = ETIMEDOUT;
			die("completion");
		}
		if (ibv_get_cq_event(link->completions, &cq, &context))
			die("ibv_get_cq_event");
		ibv_ack_cq_events(cq, 1);
	}
	if (n < 0)
		die("ibv_poll_cq");
	return wc;
}

static enum ibv_wc_status post(struct link *link, enum ibv_wr_opcode opcode, uint64_t addr,
			       uint32_t length, uint32_t rkey)
{
	struct ibv_sge sge = { (uintptr_t)link->buffer, length, link->mr->lkey };
	struct ibv_send_wr wr = {
		.opcode = opcode,
		.send_flags = IBV_SEND_SIGNALED,
		.sg_list = &sge,
		.num_sge = 1,
		.wr.rdma = { .remote_addr = addr, .rkey = rkey },
	};
	struct ibv_send_wr *bad;

	errno = ibv_post_send(link->id->qp, &wr, &bad);
	if (errno)
		die("ibv_post_send");
	return completion(link).status;
}

static void connect_to(struct link *link, const struct request *request)
{
	struct rdma_conn_param param = {
		.private_data = request->bytes,
		.private_data_len = request->length,
		.responder_resources = 1,
		.initiator_depth = request->depth,
		.retry_count = 3,
		.rnr_retry_count = 3,
	};

	link->channel = rdma_create_event_channel();
	if (!link->channel || rdma_create_id(link->channel, &link->id, NULL, RDMA_PS_TCP))
		die("rdma_create_id");
	resolve(link, request);
	make_queue_pair(link);
	post_receive(link);
	if (rdma_connect(link->id, &param))
		die("rdma_connect");
	await(link, RDMA_CM_EVENT_ESTABLISHED);
	say("connected device=%s", ibv_get_device_name(link->id->verbs->device));
}

static void read_table(struct link *link, bool print)
{
	uint32_t i, count = le32toh(link->hello.extents);
	size_t bytes = count * sizeof(struct extent);
	enum ibv_wc_status status;

	if (bytes > BUFFER_SIZE) {
		errno = EFBIG;
		die("table");
	}
	status = post(link, IBV_WR_RDMA_READ, le64toh(link->hello.table_addr), bytes,
		      le32toh(link->hello.table_rkey));
	if (status) {
		say("table status=\"%s\"", ibv_wc_status_str(status));
		exit(4);
	}
	link->table = malloc(bytes);
	if (!link->table)
		die("table");
	memcpy(link->table, link->buffer, bytes);
	for (i = 0; print && i < count; i++)
		say("extent index=%u addr=0x%" PRIx64 " rkey=%#x reserved=%u", i,
		    le64toh(link->table[i].addr), le32toh(link->table[i].rkey),
		    link->table[i].reserved);
}

static void take_hello(struct link *link)
{
	struct ibv_wc wc = completion(link);
	struct hello *hello = &link->hello;

	if (wc.status) {
		say("failed what=hello status=\"%s\"", ibv_wc_status_str(wc.status));
		exit(3);
	}
	memcpy(hello, link->buffer, sizeof(*hello));
	say("hello bytes=%u magic=%#x version=%u rights=%u size=%" PRIu64 " instance=%#" PRIx64
	    " table_addr=0x%" PRIx64 " table_rkey=%#x extents=%u epoch=%u generation=%u"
	    " extent_shift=%u",
	    wc.byte_len, le32toh(hello->magic), le16toh(hello->version), le16toh(hello->rights),
	    le64toh(hello->size), le64toh(hello->instance), le64toh(hello->table_addr),
	    le32toh(hello->table_rkey), le32toh(hello->extents), le32toh(hello->epoch),
	    le32toh(hello->generation), hello->extent_shift);
}

/* What lies at an offset of the region, by the table; else the offset itself. */
static void locate(const struct link *link, uint64_t offset, uint64_t *addr, uint32_t *rkey)
{
	uint64_t index = offset >> link->hello.extent_shift;

	*addr = offset;
	*rkey = 0;
	if (!link->table || index >= le32toh(link->hello.extents))
		return;
	*addr = le64toh(link->table[index].addr) + offset - (index << link->hello.extent_shift);
	*rkey = le32toh(link->table[index].rkey);
}

static const char *contents(const uint8_t *bytes, uint32_t length)
{
	static char text[16];
	uint32_t i;

	for (i = 1; i < length; i++)
		if (bytes[i] != bytes[0])
			return "mixed";
	snprintf(text, sizeof(text), "0x%02x", bytes[0]);
	return text;
}

static bool transfer(struct link *link, const char *name, bool write, char *args)
{
	char *word = strtok(args, ",");
	enum ibv_wc_status status;
	uint32_t length, rkey;
	uint64_t offset, addr;

	offset = number(word ? word : "", 0);
	word = strtok(NULL, ",");
	length = number(word ? word : "", 0);
	if (length > BUFFER_SIZE)
		usage();
	locate(link, offset, &addr, &rkey);
	if (write) {
		word = strtok(NULL, ",");
		memset(link->buffer, number(word ? word : "", 0), length);
	}
	word = strtok(NULL, ",");
	if (word)
		rkey = number(word, 0);
	status = post(link, write ? IBV_WR_RDMA_WRITE : IBV_WR_RDMA_READ, addr, length, rkey);
	if (!status && !write)
		say("%s addr=0x%" PRIx64 " rkey=%#x status=\"success\" bytes=%s", name, addr, rkey,
		    contents(link->buffer, length));
	else
		say("%s addr=0x%" PRIx64 " rkey=%#x status=\"%s\"", name, addr, rkey,
		    ibv_wc_status_str(status));
	return !status;
}

static bool operate(struct link *link, const char *text)
{
	enum ibv_wc_status status;
	char line[128];
	bool done;
	char *copy;

	if (!strcmp(text, "pause")) {
		say("paused");
		return fgets(line, sizeof(line), stdin) || true;
	}
	if (!strcmp(text, "send")) {
		status = post(link, IBV_WR_SEND, 0, 64, 0);
		say("send status=\"%s\"", ibv_wc_status_str(status));
		return !status;
	}
	copy = strdup(text);
	if (!copy)
		die("memory");
	if (!strncmp(text, "read,", 5))
		done = transfer(link, "read", false, copy + 5);
	else if (!strncmp(text, "write,", 6))
		done = transfer(link, "write", true, copy + 6);
	else
		usage();
	free(copy);
	return done;
}

int main(int argc, char **argv)
{
	struct request request = { 0 };
	struct link link = { 0 };
	int i, failed = 0;

	parse(&request, argc, argv);
	connect_to(&link, &request);
	if (!request.no_hello) {
		take_hello(&link);
		read_table(&link, request.table);
	}
	for (i = 0; i < request.op_count; i++)
		if (!operate(&link, request.ops[i]))
			failed = 4;
	rdma_disconnect(link.id);
	return failed;
}
