// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/genl/ctrl.h>

#include "nl.h"
#include "nl_table.h"

/* Fits 64 legs with every attribute, and the largest piece of a list. */
#define MSG_SIZE 65536

struct xmem_nl {
	struct nl_sock *sock;
	const struct xmem_nl_family *family;
	int id;
};

/**
 * xmem_nl_open() - make a socket for a family's commands
 * @nlp: result
 * @family: the family
 * @err: why not
 *
 * Return: 0, -ENOENT if the module is not loaded, or another negative errno.
 */
int xmem_nl_open(struct xmem_nl **nlp, const struct xmem_nl_family *family, struct xmem_err *err)
{
	struct xmem_nl *nl = calloc(1, sizeof(*nl));
	int on = 1, rc;

	if (!nl)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOMEM, "out of memory");
	nl->family = family;
	nl->sock = nl_socket_alloc();
	rc = nl->sock ? genl_connect(nl->sock) : -NLE_NOMEM;
	if (rc < 0) {
		rc = xmem_err_set(err, XMEM_ERR_UNREACHABLE, EIO, "no netlink socket: %s",
				  nl_geterror(rc));
		goto fail;
	}
	/* a kernel without extended ACKs only leaves the words out */
	setsockopt(nl_socket_get_fd(nl->sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	nl_socket_set_buffer_size(nl->sock, 4 * MSG_SIZE, MSG_SIZE);
	nl_socket_set_msg_buf_size(nl->sock, MSG_SIZE);
	nl->id = genl_ctrl_resolve(nl->sock, family->name);
	if (nl->id < 0) {
		rc = xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOENT, "%s is not loaded: %s",
				  family->name, family->hint);
		goto fail;
	}
	*nlp = nl;
	return 0;
fail:
	xmem_nl_close(nl);
	return rc;
}

/**
 * xmem_nl_close() - give a socket back
 * @nl: the socket; may be NULL
 */
void xmem_nl_close(struct xmem_nl *nl)
{
	if (!nl)
		return;
	if (nl->sock)
		nl_socket_free(nl->sock);
	free(nl);
}

/**
 * xmem_nl_msg() - start a request
 * @nl: the socket
 * @cmd: the family's command
 * @flags: NLM_F_DUMP for a list, or 0
 *
 * Return: the message for xmem_nl_call(), or NULL without memory.
 */
struct nl_msg *xmem_nl_msg(struct xmem_nl *nl, uint8_t cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(MSG_SIZE);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->id, 0, NLM_F_REQUEST | flags,
				cmd, nl->family->version)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/**
 * xmem_nl_request() - make a request
 * @nl: the socket
 * @cmd: the family's command
 * @flags: NLM_F_DUMP for a list, or 0
 * @set: table of the attributes
 * @object: structure with their values
 * @attrs: numbers of the attributes that the request takes
 * @count: how many
 *
 * Return: the message for xmem_nl_call(), or NULL if it does not fit.
 */
struct nl_msg *xmem_nl_request(struct xmem_nl *nl, uint8_t cmd, int flags,
			       const struct xmem_nl_set *set, const void *object,
			       const uint16_t *attrs, size_t count)
{
	struct nl_msg *msg = xmem_nl_msg(nl, cmd, flags);

	if (xmem_nl_put(msg, set, object, attrs, count))
		return msg;
	if (msg)
		nlmsg_free(msg);
	return NULL;
}

/* What an answer to one request needs to be understood. */
struct call {
	const struct nlmsghdr *request;
	const struct xmem_nl_set *set;
	xmem_nl_reply_fn reply;
	void *arg;
	struct xmem_err *err;
	bool done, inconsistent;
	int rc; /* of the reply function, kept until the kernel has finished */
};

static int take_answer(struct call *call, struct nlmsghdr *hdr)
{
	struct genlmsghdr *genl = nlmsg_data(hdr);

	if (hdr->nlmsg_seq != call->request->nlmsg_seq)
		return 0;
	if (hdr->nlmsg_flags & NLM_F_DUMP_INTR)
		call->inconsistent = true;
	if (hdr->nlmsg_type == NLMSG_ERROR || hdr->nlmsg_type == NLMSG_DONE) {
		call->done = true;
		return xmem_nl_explain(hdr, call->request, call->set, call->err);
	}
	if (hdr->nlmsg_type >= NLMSG_MIN_TYPE && genlmsg_valid_hdr(hdr, 0) && call->reply &&
	    !call->rc)
		call->rc = call->reply(genl->cmd, genlmsg_attrdata(genl, 0),
				       genlmsg_attrlen(genl, 0), call->arg);
	return 0;
}

static int receive(struct nl_sock *sock, struct call *call)
{
	unsigned char *buf = NULL;
	struct sockaddr_nl from;
	struct nlmsghdr *hdr;
	int len, rc = 0;

	len = nl_recv(sock, &from, &buf, NULL);
	if (len <= 0)
		return xmem_err_set(call->err, XMEM_ERR_UNREACHABLE, EIO,
				    "no answer from the kernel: %s", nl_geterror(len));
	for (hdr = (struct nlmsghdr *)buf; nlmsg_ok(hdr, len) && !call->done;
	     hdr = nlmsg_next(hdr, &len)) {
		rc = take_answer(call, hdr);
		if (rc)
			break;
	}
	free(buf);
	return rc;
}

/**
 * xmem_nl_call() - send a request and take its answers
 * @nl: the socket
 * @msg: the request, consumed; NULL is answered with -ENOMEM
 * @set: the object the request is about, for the words of a refusal
 * @reply: called for each object that comes, may be NULL
 * @arg: for @reply
 * @err: what went wrong
 *
 * Return: 0, a negative errno from the kernel, or the first negative number
 * that @reply returned.
 */
int xmem_nl_call(struct xmem_nl *nl, struct nl_msg *msg, const struct xmem_nl_set *set,
		 xmem_nl_reply_fn reply, void *arg, struct xmem_err *err)
{
	struct call call = { .set = set, .reply = reply, .arg = arg, .err = err };
	int rc;

	if (!msg)
		return xmem_err_set(err, XMEM_ERR_USAGE, ENOMEM,
				    "the request does not fit into a message");
	nl_complete_msg(nl->sock, msg);
	call.request = nlmsg_hdr(msg);
	rc = nl_send(nl->sock, msg);
	if (rc < 0)
		rc = xmem_err_set(err, XMEM_ERR_UNREACHABLE, EIO, "cannot ask the kernel: %s",
				  nl_geterror(rc));
	else
		for (rc = 0; !rc && !call.done;)
			rc = receive(nl->sock, &call);
	nlmsg_free(msg);
	if (!rc)
		rc = call.rc;
	if (!rc && call.inconsistent)
		rc = xmem_err_set(err, XMEM_ERR_REFUSED, EAGAIN,
				  "the list changed while it was read; try again");
	return rc;
}

/**
 * xmem_nl_subscribe() - make a socket receive the family's events
 * @nl: the socket; it must not be used for calls any more
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_nl_subscribe(struct xmem_nl *nl, struct xmem_err *err)
{
	int group = genl_ctrl_resolve_grp(nl->sock, nl->family->name, nl->family->group);
	int rc = group < 0 ? group : nl_socket_add_membership(nl->sock, group);

	if (rc >= 0)
		rc = nl_socket_set_nonblocking(nl->sock);
	if (rc < 0)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EIO, "no events of %s: %s",
				    nl->family->name, nl_geterror(rc));
	return 0;
}

/**
 * xmem_nl_fd() - the descriptor to poll for events
 * @nl: a socket after xmem_nl_subscribe()
 *
 * Return: the descriptor, still owned by @nl.
 */
int xmem_nl_fd(const struct xmem_nl *nl)
{
	return nl_socket_get_fd(nl->sock);
}

/**
 * xmem_nl_events() - take the events that are there, without waiting
 * @nl: a socket after xmem_nl_subscribe()
 * @event: called for each
 * @arg: for @event
 * @err: what went wrong
 *
 * Return: 0, -ENOBUFS when events were lost (ask for the whole state then), or
 * another negative errno.
 */
int xmem_nl_events(struct xmem_nl *nl, xmem_nl_reply_fn event, void *arg, struct xmem_err *err)
{
	unsigned char *buf = NULL;
	struct sockaddr_nl from;
	struct nlmsghdr *hdr;
	int len;

	while ((len = nl_recv(nl->sock, &from, &buf, NULL)) > 0) {
		for (hdr = (struct nlmsghdr *)buf; nlmsg_ok(hdr, len);
		     hdr = nlmsg_next(hdr, &len)) {
			struct genlmsghdr *genl = nlmsg_data(hdr);

			if (hdr->nlmsg_type == nl->id && genlmsg_valid_hdr(hdr, 0))
				event(genl->cmd, genlmsg_attrdata(genl, 0),
				      genlmsg_attrlen(genl, 0), arg);
		}
		free(buf);
		buf = NULL;
	}
	if (len == 0 || len == -NLE_AGAIN)
		return 0;
	if (len == -NLE_NOMEM)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOBUFS,
				    "events of %s were lost, they came too fast", nl->family->name);
	return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EIO, "no more events of %s: %s",
			    nl->family->name, nl_geterror(len));
}
