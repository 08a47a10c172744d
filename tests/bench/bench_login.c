/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logins through the real libpam, timed. Linked with libpam alone: what the
 * module brings along is loaded and started for each handle, as in sshd.
 */
#include <dlfcn.h>

#include "tests/bench/bench.h"
#include "tests/support/pamtalk.h"

/*
 * one CONFDIR CASE FIRST ACCOUNTS COUNT PASSWORD
 *	COUNT logins one after the other, over ACCOUNTS accounts from FIRST;
 *	with 0 accounts FIRST is the name of the only one
 * crowd CONFDIR CASE ACCOUNTS PROCS EACH PASSWORD
 *	EACH by each of PROCS processes at once, each from a source of its own
 * ratio CONFDIR COUNT OPSLIMIT MEMLIMIT PASSWORD
 *	a good login and a raw hash in turn
 * CASE: good wrong unknown locked
 */
#define SODIUM "libsodium.so.23"
#define ARGON2ID13 2
#define CODES 32

struct login {
	const char *confdir, *which, *password;
	const char *user; /* NULL: the accounts are numbered */
	size_t first, accounts, each;
	struct bench_samples start, samples;
	size_t *codes; /* how often each code came, CODES of them a process */
};

typedef int init_fn(void);
typedef int
pwhash_fn(unsigned char *, unsigned long long, const char *, unsigned long long,
	  const unsigned char *, unsigned long long, size_t, int);

static int
converse(int count, const struct pam_message **messages,
	 struct pam_response **ret_responses, void *data)
{
	const struct login *login = data;

	*ret_responses = calloc((size_t)count, sizeof **ret_responses);
	if (*ret_responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			(*ret_responses)[i].resp = strdup(login->password);
	return PAM_SUCCESS;
}

static void
no_delay(int code, unsigned usec, void *data)
{
	(void)code, (void)usec, (void)data;
}

/* The durations of pam_start and of pam_authenticate; the latter's code. */
static int
log_in(struct login *login, const char *user, const char *rhost,
       int64_t *ret_start, int64_t *ret_ns)
{
	struct pam_conv conv = {converse, login};
	void (*delay)(int, unsigned, void *) = no_delay;
	pam_handle_t *pamh = NULL;
	int64_t before = bench_now();
	void *delay_item;
	int code;

	memcpy(&delay_item, &delay, sizeof delay_item);
	if (pam_start_confdir("7id", user, &conv, login->confdir, &pamh) !=
	    PAM_SUCCESS)
		bench_die("pam_start_confdir");
	*ret_start = bench_now() - before;
	pam_set_item(pamh, PAM_FAIL_DELAY, delay_item);
	pam_set_item(pamh, PAM_RHOST, rhost);
	before = bench_now();
	code = pam_authenticate(pamh, 0);
	*ret_ns = bench_now() - before;
	pam_end(pamh, code);
	return code;
}

/* Login `at` of process `number`. */
static void
sample(struct login *login, size_t number, size_t at)
{
	char user[40], rhost[40];
	size_t i = number * login->each + at;
	int64_t start;
	int code;

	if (login->user != NULL)
		snprintf(user, sizeof user, "%s", login->user);
	else
		snprintf(user, sizeof user, "%c%07zu",
			 strcmp(login->which, "unknown") == 0 ? 'x' : 'u',
			 login->first + i * 7919 % login->accounts);
	snprintf(rhost, sizeof rhost, "192.0.2.%zu", number % 250);
	code = log_in(login, user, rhost, &start, &login->samples.ns[i]);
	if (login->start.ns != NULL)
		login->start.ns[i] = start;
	login->codes[number * CODES + (size_t)code % CODES]++;
}

static void
log_in_often(size_t number, void *context)
{
	struct login *login = context;

	for (size_t i = 0; i < login->each; i++)
		sample(login, number, i);
}

static void
print_codes(const struct login *login, size_t procs)
{
	const char *comma = "";

	printf("\"codes\":{");
	for (size_t code = 0; code < CODES; code++) {
		size_t sum = 0;

		for (size_t i = 0; i < procs; i++)
			sum += login->codes[i * CODES + code];
		if (sum == 0)
			continue;
		printf("%s\"%s\":%zu", comma, pam_code_name((int)code), sum);
		comma = ",";
	}
	printf("},");
}

static void
one(struct login *login)
{
	login->samples = bench_samples_make(login->each);
	login->start = bench_samples_make(login->each);
	login->codes = bench_shared(CODES * sizeof *login->codes);
	log_in_often(0, login);
	printf("{");
	print_codes(login, 1);
	printf("\"start\":{");
	bench_print(&login->start);
	printf("},");
	bench_print(&login->samples);
	printf("}\n");
}

static void
crowd(struct login *login, size_t procs)
{
	size_t count = procs * login->each;
	int64_t took;

	login->samples = bench_samples_make(count);
	login->codes = bench_shared(procs * CODES * sizeof *login->codes);
	took = bench_crowd(procs, log_in_often, login);
	printf("{\"procs\":%zu,\"per_s\":%.2f,", procs,
	       bench_rate(count, took));
	print_codes(login, procs);
	bench_print(&login->samples);
	printf("}\n");
}

static pwhash_fn *
load_hash(void)
{
	void *library = dlopen(SODIUM, RTLD_NOW | RTLD_LOCAL);
	init_fn *init;
	pwhash_fn *hash;
	void *found;

	if (library == NULL)
		bench_die(dlerror());
	found = dlsym(library, "sodium_init");
	memcpy(&init, &found, sizeof init);
	found = dlsym(library, "crypto_pwhash");
	memcpy(&hash, &found, sizeof hash);
	if (init() < 0)
		bench_die("sodium_init");
	return hash;
}

/* In turn, so that whatever else the machine does meets both alike. */
static void
ratio(struct login *login, unsigned long long opslimit, size_t memlimit)
{
	struct bench_samples raw = bench_samples_make(login->each);
	struct bench_samples more = bench_samples_make(login->each);
	pwhash_fn *hash = load_hash();
	unsigned char out[32], salt[16] = {7};

	login->samples = bench_samples_make(login->each);
	login->codes = bench_shared(CODES * sizeof *login->codes);
	for (size_t i = 0; i < login->each; i++) {
		int64_t before = bench_now(), cpu = bench_cpu();

		if (hash(out, sizeof out, login->password,
			 strlen(login->password), salt, opslimit, memlimit,
			 ARGON2ID13) != 0)
			bench_die("crypto_pwhash");
		raw.ns[i] = bench_now() - before;
		cpu = bench_cpu() - cpu;
		more.ns[i] = bench_cpu();
		sample(login, 0, i);
		more.ns[i] = bench_cpu() - more.ns[i] - cpu;
	}
	printf("{");
	print_codes(login, 1);
	printf("\"raw\":{");
	bench_print(&raw);
	printf("},\"more_cpu\":{");
	bench_print(&more);
	printf("},");
	bench_print(&login->samples);
	printf("}\n");
}

int
main(int argc, char **argv)
{
	struct login login = {.which = "good", .accounts = 1};

	if (argc == 8 && strcmp(argv[1], "one") == 0) {
		login.confdir = argv[2];
		login.which = argv[3];
		login.accounts = bench_number(argv[5]);
		if (login.accounts == 0)
			login.user = argv[4];
		else
			login.first = bench_number(argv[4]);
		login.each = bench_number(argv[6]);
		login.password = argv[7];
		one(&login);
	} else if (argc == 8 && strcmp(argv[1], "crowd") == 0) {
		login.confdir = argv[2];
		login.which = argv[3];
		login.accounts = bench_number(argv[4]);
		login.each = bench_number(argv[6]);
		login.password = argv[7];
		crowd(&login, bench_number(argv[5]));
	} else if (argc == 7 && strcmp(argv[1], "ratio") == 0) {
		login.confdir = argv[2];
		login.each = bench_number(argv[3]);
		login.password = argv[6];
		ratio(&login, bench_number(argv[4]), bench_number(argv[5]));
	} else {
		return 2;
	}
	return 0;
}
