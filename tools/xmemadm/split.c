// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <string.h>

#include "split.h"

/*
 * Copies the word at *@from to *@to without its quotes; both go on behind it. The copy
 * is never longer than what it is made of, so both may be in one line.
 */
static int take_word(struct adm *adm, char **from, char **to)
{
	char quote = 0, *in = *from, *out = *to;

	for (; *in && (quote || !isspace((unsigned char)*in)); in++) {
		if (quote && *in == quote)
			quote = 0;
		else if (!quote && (*in == '"' || *in == '\''))
			quote = *in;
		else if (*in == '\\' && quote != '\'' && in[1])
			*out++ = *++in;
		else
			*out++ = *in;
	}
	if (quote)
		return adm_usage(adm, "a closing %c is missing", quote);
	if (*in)
		in++;
	*out++ = 0;
	*from = in;
	*to = out;
	return 0;
}

/**
 * adm_split() - cut a line into words
 * @adm: for refusals
 * @line: the line; overwritten
 * @words: result, a NULL behind them; they point into @line
 *
 * Blanks part words, "…" and '…' and \ keep them together, # begins a comment.
 *
 * Return: how many words, 0 for an empty line, or a negative errno.
 */
int adm_split(struct adm *adm, char *line, char *words[ADM_SPLIT_MAX + 1])
{
	char *from = line, *to = line;
	int count = 0, rc;

	for (;;) {
		while (isspace((unsigned char)*from))
			from++;
		if (!*from || *from == '#')
			break;
		if (count == ADM_SPLIT_MAX)
			return adm_usage(adm, "too many words; possible are %d", ADM_SPLIT_MAX);
		words[count++] = to;
		rc = take_word(adm, &from, &to);
		if (rc)
			return rc;
	}
	words[count] = NULL;
	return count;
}
