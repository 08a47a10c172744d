/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every size that more than one file must agree on. */
#ifndef ID7_CORE_LIMITS_H
#define ID7_CORE_LIMITS_H

#define ID7_NAME_MAX 64	      /* bytes of an account name, without NUL */
#define ID7_AUTHTOK_MAX 511   /* bytes of a password; PAM_MAX_RESP_SIZE - 1 */
#define ID7_ADDRESS_MAX 254   /* bytes of a mail address, RFC 5321 4.5.3.1.3 */
#define ID7_ADDRESSES 2	      /* addresses of one account */
#define ID7_REASON_TEXT_MAX 95 /* bytes of an administrator's --reason kept in a record */
#define ID7_CRYPT_MAX 159     /* bytes of an imported crypt(3) string */
#define ID7_PATH_MAX 255      /* bytes of a configured path */
#define ID7_ID_LEN 16	      /* bytes of an account's random id */
#define ID7_SALT_LEN 16	      /* crypto_pwhash_SALTBYTES */
#define ID7_VERIFIER_LEN 32   /* bytes of Argon2id output kept */
#define ID7_OLD_VERIFIERS 2   /* previous verifiers of the same salt */
#define ID7_CODE_KINDS 4      /* unlock, reset, confirm, void */
#define ID7_CODE_HASH_LEN 16  /* keyed BLAKE2b of a code */
#define ID7_SAVED_CODES 8     /* a sheet of saved recovery codes */
#define ID7_MAILED 8	      /* kinds of notices whose last mail is kept */
#define ID7_DENY_MAX 16	      /* failures kept per lane, and the top of `deny` */
#define ID7_RESERVATIONS 16   /* attempts under verification at once */
#define ID7_KNOWN_SOURCES 16
#define ID7_SEEN 8	      /* counted wrong authtoks remembered beyond the window */
#define ID7_SUBJECT_LEN 16    /* BLAKE2b-128 of a name under the index key */
#define ID7_LIST_MAX 8	      /* entries of a list setting such as `exempt` */

#endif
