// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The allocation logic on a made-up cluster: fills it, then lets allocations come and go
 * at the same fill, and says how fast decisions were and what became of the memory.
 *
 *	sim [--appliances N] [--decisions N] [--fill PERCENT] [--seed N] [--check]
 *	    [--spread DOMAIN] [--regions N] STRATEGY[,STRATEGY...]
 *
 * Prints one line of numbers, tab-separated, in the order of print_row(). With --check it
 * looks after each hundred steps, and when all are gone, whether all sums agree.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "world.h"

#define WANTED_PIECE (64 * GIB)

struct options {
	uint32_t appliances, decisions;
	unsigned int fill, regions;
	uint64_t seed;
	bool check;
	enum xmemd_domain spread;
	const char *words;
	enum xmemd_strategy strategy[XMEMD_STRATEGIES];
	unsigned int strategies;
};

struct results {
	uint32_t *place_ns, *update_ns, *looked;
	size_t decisions, refused, regions, placed;
	size_t at[XMEMD_ELSEWHERE + 1];
	uint64_t busy_ns;
};

__attribute__((format(printf, 2, 3), noreturn)) static void die(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

static void read_strategies(struct options *options, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;

	options->words = text;
	while ((word = strsep(&rest, ","))) {
		if (options->strategies == XMEMD_STRATEGIES ||
		    !xmemd_strategy_parse(word, &options->strategy[options->strategies]))
			die(2, "\"%s\" is no strategy; possible are %s", word,
			    XMEMD_STRATEGY_WORDS);
		options->strategies++;
	}
	free(copy);
}

static void read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "appliances", required_argument, NULL, 'a' },
		{ "decisions", required_argument, NULL, 'd' },
		{ "fill", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },
		{ "spread", required_argument, NULL, 'p' },
		{ "regions", required_argument, NULL, 'r' },
		{ "check", no_argument, NULL, 'c' },
		{},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'a')
			options->appliances = (uint32_t)strtoul(optarg, NULL, 0);
		else if (c == 'd')
			options->decisions = (uint32_t)strtoul(optarg, NULL, 0);
		else if (c == 'f')
			options->fill = (unsigned int)strtoul(optarg, NULL, 0);
		else if (c == 's')
			options->seed = strtoull(optarg, NULL, 0);
		else if (c == 'r')
			options->regions = (unsigned int)strtoul(optarg, NULL, 0);
		else if (c == 'c')
			options->check = true;
		else if (c != 'p' || !xmemd_domain_parse(optarg, &options->spread))
			die(2, "what is possible stands at the head of sim.c");
	}
	if (optind + 1 != argc || !options->appliances || options->fill > 100)
		die(2, "what is possible stands at the head of sim.c");
	read_strategies(options, argv[optind]);
}

static uint32_t brief(uint64_t ns)
{
	return ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

static enum xmemd_distance distance(const struct world *world, const struct xmemd_where *where,
				    const char *appliance)
{
	const struct xmemd_where *its =
		&world->machine[strtoul(appliance + 1, NULL, 10)].facts.where;

	if (!strcmp(where->label[XMEMD_LABEL_RACK], its->label[XMEMD_LABEL_RACK]))
		return XMEMD_SAME_RACK;
	if (!strcmp(where->label[XMEMD_LABEL_SITE], its->label[XMEMD_LABEL_SITE]))
		return XMEMD_SAME_SITE;
	return XMEMD_ELSEWHERE;
}

static void count_legs(const struct world *world, const struct xmemd_demand *demand,
		       const struct xmemd_placement *placement, struct results *results)
{
	unsigned int i;

	results->placed++;
	results->regions += placement->legs;
	for (i = 0; i < placement->legs; i++)
		results->at[distance(world, &demand->where, placement->leg[i].appliance)]++;
}

/* One request comes in. Return whether there was room. */
static bool arrive(struct world *world, const struct options *options, struct results *results)
{
	static struct xmemd_placement placement;
	struct xmemd_demand demand = { .layout = XMEMD_LAYOUT_AUTO,
				       .min_regions = options->regions,
				       .strategies = options->strategies,
				       .spread = options->spread };
	struct xmemd_refusal why = {};
	uint64_t begin, decided, done;
	int ret;

	memcpy(demand.strategy, options->strategy, sizeof(demand.strategy));
	demand.size = world_size(world);
	demand.seed = world_random(world);
	world_client(world, &demand);
	begin = measure_now();
	ret = xmemd_place(world->pools, &demand, &placement, &why);
	decided = measure_now();
	xmemd_refusal_clear(&why);
	if (!ret)
		world_claim(world, &placement);
	done = measure_now();
	if (!ret && world_add(world, &placement) < 0)
		die(1, "out of memory");
	if (!results)
		return !ret;
	results->place_ns[results->decisions] = brief(decided - begin);
	results->update_ns[results->decisions] = brief(done - decided);
	results->looked[results->decisions] = brief(placement.looked);
	results->busy_ns += done - begin;
	results->decisions++;
	results->refused += !!ret;
	if (!ret)
		count_legs(world, &demand, &placement, results);
	return !ret;
}

static void check(const struct world *world)
{
	const char *wrong = world_check(world);

	if (wrong)
		die(1, "%s", wrong);
}

static void leave(struct world *world)
{
	world_remove(world, world_below(world, world->lives));
}

static void run(struct world *world, const struct options *options, struct results *results)
{
	uint64_t full = world->memory / 100 * options->fill;
	uint32_t i;

	while (world->used < full && arrive(world, options, NULL))
		;
	for (i = 0; i < options->decisions; i++) {
		while (world->used > full && world->lives)
			leave(world);
		arrive(world, options, results);
		if (options->check && i % 100 == 0)
			check(world);
	}
}

/* How full the appliances or the racks are. */
static double *fills(const struct world *world, bool by_rack, size_t *count)
{
	double *values = calloc(world->machines, sizeof(*values));
	double *memory = calloc(world->machines, sizeof(*memory));
	uint32_t i, k;

	*count = by_rack ? world->racks : world->machines;
	for (i = 0; i < world->machines; i++) {
		k = by_rack ? world->machine[i].racks : i;
		values[k] += (double)world->machine[i].used;
		memory[k] += (double)world->machine[i].facts.memory;
	}
	for (i = 0; i < *count; i++)
		values[i] /= memory[i];
	free(memory);
	return values;
}

static void print_fill(const struct world *world, bool by_rack)
{
	size_t count;
	double *values = fills(world, by_rack, &count);

	printf("\t%.3f", measure_gini(values, count));
	printf("\t%.2f", measure_max_by_mean(values, count));
	free(values);
}

static void print_load(const struct world *world)
{
	double *values = calloc(world->machines, sizeof(*values));
	uint32_t i;

	for (i = 0; i < world->machines; i++)
		values[i] = world->machine[i].facts.load;
	printf("\t%.3f", measure_gini(values, world->machines));
	free(values);
}

static void print_fragments(const struct world *world)
{
	uint64_t free_all = 0, small = 0, largest = 0, here;
	uint32_t i;

	for (i = 0; i < world->machines; i++) {
		here = world->machine[i].facts.memory - world->machine[i].used;
		free_all += here;
		small += here < WANTED_PIECE ? here : 0;
		largest = here > largest ? here : largest;
	}
	printf("\t%.1f\t%llu", free_all ? 100.0 * (double)small / (double)free_all : 0.0,
	       (unsigned long long)(largest / GIB));
}

static double share(size_t part, size_t all)
{
	return all ? 100.0 * (double)part / (double)all : 0.0;
}

static void print_row(const struct world *world, const struct options *options,
		      struct results *results)
{
	printf("%s\t%u\t%zu", options->words, world->machines, world->lives);
	printf("\t%.0f", 1e9 * (double)results->decisions / (double)results->busy_ns);
	printf("\t%.1f\t%.1f", measure_quantile(results->place_ns, results->decisions, 0.5) / 1e3,
	       measure_quantile(results->place_ns, results->decisions, 0.99) / 1e3);
	printf("\t%u", measure_quantile(results->looked, results->decisions, 0.99));
	printf("\t%.1f", measure_quantile(results->update_ns, results->decisions, 0.5) / 1e3);
	printf("\t%.2f", (double)xmemd_pools_bytes(world->pools) / 1048576.0);
	printf("\t%.2f\t%.2f", share(results->refused, results->decisions),
	       results->placed ? (double)results->regions / (double)results->placed : 0.0);
	print_fragments(world);
	print_fill(world, false);
	print_fill(world, true);
	print_load(world);
	printf("\t%.0f\t%.0f\n", share(results->at[XMEMD_SAME_RACK], results->regions),
	       share(results->at[XMEMD_SAME_RACK] + results->at[XMEMD_SAME_SITE],
		     results->regions));
}

int main(int argc, char **argv)
{
	struct options options = { .appliances = 1000, .decisions = 100000, .fill = 85, .seed = 1 };
	struct results results = {};
	struct world world;

	read_options(argc, argv, &options);
	if (world_make(&world, options.appliances, options.seed) < 0)
		die(1, "out of memory");
	results.place_ns = calloc(options.decisions + 1, sizeof(*results.place_ns));
	results.update_ns = calloc(options.decisions + 1, sizeof(*results.update_ns));
	results.looked = calloc(options.decisions + 1, sizeof(*results.looked));
	if (!results.place_ns || !results.update_ns || !results.looked)
		die(1, "out of memory");
	run(&world, &options, &results);
	print_row(&world, &options, &results);
	while (options.check && world.lives)
		leave(&world);
	if (options.check)
		check(&world);
	world_free(&world);
	free(results.place_ns);
	free(results.update_ns);
	free(results.looked);
	return 0;
}
