package io.kairos.formats.jq;

import java.util.List;
import java.util.Optional;

/** What a query consists of: each turns one value into any number of values. */
sealed interface Filter {
  record Identity() implements Filter {}

  /** {@code ..}. */
  record Descend() implements Filter {}

  record Literal(Object value) implements Filter {}

  /** {@code "a \(.b) c"}: texts and filters in turn. */
  record Text(List<Filter> parts) implements Filter {}

  record Variable(String name) implements Filter {}

  /** {@code .a}, {@code .["a"]}, {@code .[0]}. */
  record Index(Filter of, Filter key) implements Filter {}

  record Slice(Filter of, Optional<Filter> from, Optional<Filter> to) implements Filter {}

  /** {@code .[]}. */
  record Iterate(Filter of) implements Filter {}

  /** {@code f?}: what fails is left out. */
  record Attempt(Filter body) implements Filter {}

  record Pipe(Filter first, Filter then) implements Filter {}

  record Comma(Filter left, Filter right) implements Filter {}

  record Operation(String operator, Filter left, Filter right) implements Filter {}

  record Negate(Filter body) implements Filter {}

  record ListOf(Optional<Filter> items) implements Filter {}

  record MapOf(List<Member> members) implements Filter {}

  /** A member of a map that is made. */
  record Member(Filter key, Filter value) {}

  record If(Filter condition, Filter then, Filter otherwise) implements Filter {}

  /** {@code source as $name | body}. */
  record Bind(Filter source, String name, Filter body) implements Filter {}

  /** {@code reduce source as $name (start; update)}. */
  record Reduce(Filter source, String name, Filter start, Filter update) implements Filter {}

  record Call(String name, List<Filter> arguments) implements Filter {}
}
