/**
 * Token shards: text that was tokenized once and lies in files, {@link dev.gatun.models.data.shards.TokenShard} each, to be
 * mapped and trained on in a shuffled order that needs no memory. {@link dev.gatun.models.data.shards.ShardedTokens} mixes
 * folders of them.
 */
package dev.gatun.models.data.shards;
