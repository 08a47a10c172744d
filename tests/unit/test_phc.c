/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PHC string: one text for one verifier, everything else refused with its
 * reason. */
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/core/phc.h"
#include "common/effects/verifier.h"
#include "tests/support/check.h"

#define SALT "AAECAwQFBgcICQoLDA0ODw"
#define HASH "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define GOOD "$argon2id$v=19$m=65536,t=3,p=1$" SALT "$" HASH

static const struct {
	const char *text;
	enum id7_phc want;
} cases[] = {
	{GOOD, ID7_PHC_GOOD},
	{"$argon2id$v=19$m=8,t=1,p=1$" SALT "$" HASH, ID7_PHC_GOOD},
	{"$argon2id$v=19$m=4294967295,t=2147483647,p=1$" SALT "$" HASH,
	 ID7_PHC_GOOD},
	{"", ID7_PHC_SHAPE},
	{"x", ID7_PHC_SHAPE},
	{"$argon2i$v=19$m=65536,t=3,p=1$" SALT "$" HASH, ID7_PHC_METHOD},
	{"$argon2id$v=16$m=65536,t=3,p=1$" SALT "$" HASH, ID7_PHC_METHOD},
	{"$argon2id$m=65536,t=3,p=1$" SALT "$" HASH, ID7_PHC_METHOD},
	{"$y$j9T$abc$def", ID7_PHC_METHOD},
	{"$argon2id$v=19$m=7,t=3,p=1$" SALT "$" HASH, ID7_PHC_COST},
	{"$argon2id$v=19$m=4294967296,t=3,p=1$" SALT "$" HASH, ID7_PHC_COST},
	{"$argon2id$v=19$m=65536,t=0,p=1$" SALT "$" HASH, ID7_PHC_COST},
	{"$argon2id$v=19$m=65536,t=2147483648,p=1$" SALT "$" HASH,
	 ID7_PHC_COST},
	{"$argon2id$v=19$m=99999999999,t=1,p=1$" SALT "$" HASH, ID7_PHC_SHAPE},
	{"$argon2id$v=19$m=065536,t=3,p=1$" SALT "$" HASH, ID7_PHC_SHAPE},
	{"$argon2id$v=19$m=,t=3,p=1$" SALT "$" HASH, ID7_PHC_SHAPE},
	{"$argon2id$v=19$m=+8,t=3,p=1$" SALT "$" HASH, ID7_PHC_SHAPE},
	{"$argon2id$v=19$t=3,m=65536,p=1$" SALT "$" HASH, ID7_PHC_SHAPE},
	{"$argon2id$v=19$m=65536,t=3,p=1", ID7_PHC_SHAPE},
	{"$argon2id$v=19$m=65536,t=3,p=1$" SALT, ID7_PHC_SHAPE},
	{"$argon2id$v=19$m=65536,t=3,p=4$" SALT "$" HASH, ID7_PHC_PARALLEL},
	{"$argon2id$v=19$m=65536,t=3,p=1$$" HASH, ID7_PHC_SALT},
	{"$argon2id$v=19$m=65536,t=3,p=1$" SALT "==$" HASH, ID7_PHC_SALT},
	{"$argon2id$v=19$m=65536,t=3,p=1$AAECAwQFBgcICQoLDA0ODx$" HASH,
	 ID7_PHC_SALT},
	{"$argon2id$v=19$m=65536,t=3,p=1$AAECAwQFBgcICQoLDA0O-w$" HASH,
	 ID7_PHC_SALT},
	{GOOD "=", ID7_PHC_HASH},
	{GOOD "$", ID7_PHC_HASH},
	{GOOD " ", ID7_PHC_HASH},
	{"$argon2id$v=19$m=65536,t=3,p=1$" SALT "$", ID7_PHC_HASH},
};

static void
each_case(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t salt[ID7_SALT_LEN], hash[ID7_VERIFIER_LEN];
		struct id7_cost cost = {99, 99};
		enum id7_phc got =
			id7_phc_parse(cases[i].text, &cost, salt, hash);

		if (got != cases[i].want)
			fprintf(stderr, "%s\n", cases[i].text);
		CHECK_INT(got, cases[i].want);
		CHECK((id7_phc_text(got)[0] == '\0') == (got == ID7_PHC_GOOD));
		if (got != ID7_PHC_GOOD)
			CHECK_INT(cost.opslimit, 99);
	}
}

static void
values(void)
{
	uint8_t salt[ID7_SALT_LEN] = {0}, hash[ID7_VERIFIER_LEN] = {0};
	struct id7_cost cost = {0, 0};
	char text[ID7_PHC_MAX + 1];

	CHECK_INT(id7_phc_parse(GOOD, &cost, salt, hash), ID7_PHC_GOOD);
	CHECK_INT(cost.opslimit, 3);
	CHECK_INT(cost.memlimit, 64 << 20);
	for (unsigned int i = 0; i < sizeof hash; i++) {
		CHECK_INT(hash[i], i);
		if (i < sizeof salt)
			CHECK_INT(salt[i], i);
	}
	CHECK(id7_phc_format(&cost, salt, hash, text));
	CHECK_STR(text, GOOD);
	cost.memlimit++;
	CHECK(!id7_phc_format(&cost, salt, hash, text));
	CHECK_STR(text, "");
}

/* What another program has made opens the account, and nothing else does. */
static void
foreign(void)
{
	static const uint8_t key[32] = {1};
	const struct id7_cost_limits limits = {4, 64 << 20};
	const struct id7_cost dummy = {1, 8192};
	struct id7_account account = {0};
	char text[crypto_pwhash_STRBYTES];
	enum id7_match match = ID7_MATCH_NONE;
	uint32_t fingerprint;

	CHECK_INT(crypto_pwhash_str(text, "secret words", 12, 2, 1 << 20), 0);
	CHECK_INT(id7_phc_parse(text, &account.cost, account.salt,
				account.verifier),
		  ID7_PHC_GOOD);
	CHECK_INT(id7_verifier_check(&account, false, "secret words", 12,
				     &limits, dummy, key, &match, &fingerprint),
		  ID7_OK);
	CHECK_INT(match, ID7_MATCH_CURRENT);
	CHECK_INT(id7_verifier_check(&account, false, "secret word", 11,
				     &limits, dummy, key, &match, &fingerprint),
		  ID7_OK);
	CHECK_INT(match, ID7_MATCH_NONE);
}

/* What is taken after any change of one byte is what would be written. */
static void
mutations(void)
{
	for (size_t at = 0; at < strlen(GOOD); at++) {
		for (int byte = 0; byte < 256; byte++) {
			uint8_t salt[ID7_SALT_LEN], hash[ID7_VERIFIER_LEN];
			char text[] = GOOD, back[ID7_PHC_MAX + 1];
			struct id7_cost cost;

			text[at] = (char)byte;
			if (id7_phc_parse(text, &cost, salt, hash) !=
			    ID7_PHC_GOOD)
				continue;
			CHECK(id7_phc_format(&cost, salt, hash, back));
			CHECK_STR(back, text);
		}
	}
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	each_case();
	foreign();
	values();
	mutations();
	return check_done();
}
