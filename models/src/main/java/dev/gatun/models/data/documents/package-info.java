/** Texts one by one: read from files, cleaned, and turned into token shards. */
package dev.gatun.models.data.documents;
