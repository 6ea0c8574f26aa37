#include "sim/core/payload.h"

#include <doctest/doctest.h>

#include <deque>
#include <string>

using namespace sim;

TEST_SUITE("core.payload")
{
    TEST_CASE("bytes come out as they went in, NULs and all")
    {
        PayloadStore store;
        const std::string bytes{"a\0b", 3};
        const Blob first = store.store(bytes);
        const Blob second = store.store("second");
        CHECK(store.view(first) == bytes);
        CHECK(store.view(second) == "second");
        CHECK(store.store("") == Blob{});
        CHECK(store.view(Blob{}).empty());
    }

    TEST_CASE("a slice is a part of its blob and is cut to what there is")
    {
        PayloadStore store;
        const Blob blob = store.store("0123456789");
        CHECK(store.view(blob.slice(2, 3)) == "234");
        CHECK(store.view(blob.slice(8, 100)) == "89");
        CHECK(blob.slice(10, 1).size == 0);
        CHECK(blob.slice(4000000000U, 4000000000U).size == 0);
        CHECK(store.view(blob.slice(2, 6).slice(1, 2)) == "34");
    }

    TEST_CASE("keeping all: what was stored stays where it is, released or not")
    {
        PayloadStore store{PayloadStore::Policy::keep_all};
        const Blob blob = store.store("kept");
        const char* const where = store.view(blob).data();
        store.release(blob);
        for (int i = 0; i < 1000; ++i)
            store.release(store.store(std::string(2000, 'x')));
        CHECK(store.view(blob) == "kept");
        CHECK(store.view(blob).data() == where);
        CHECK(store.memory_bytes() >= 2'000'000);
    }

    TEST_CASE("reuse: what nobody holds makes room, what somebody holds stays")
    {
        PayloadStore store{PayloadStore::Policy::reuse};
        const Blob held = store.store("held");
        const Blob twice = store.store("held twice");
        store.retain(twice);
        store.release(twice);
        for (int i = 0; i < 100'000; ++i)
            store.release(store.store(std::string(100, 'x')));
        CHECK(store.view(held) == "held");
        CHECK(store.view(twice) == "held twice");
        CHECK(store.memory_bytes() < 1'000'000); // ten million went through
    }

    TEST_CASE("reuse: a moving window of holders needs memory for the window only")
    {
        PayloadStore store{PayloadStore::Policy::reuse};
        std::deque<Blob> window;
        for (int i = 0; i < 200'000; ++i) {
            window.push_back(store.store("number " + std::to_string(i)));
            if (window.size() < 100) continue;
            CHECK(store.view(window.front()) == "number " + std::to_string(i - 99));
            store.release(window.front());
            window.pop_front();
        }
        CHECK(store.memory_bytes() < 1'000'000);
    }

    TEST_CASE("reuse: long payloads, each larger than a block, do not pile up")
    {
        PayloadStore store{PayloadStore::Policy::reuse};
        const std::string megabyte(1'000'000, 'm');
        for (int i = 0; i < 100; ++i) {
            const Blob small = store.store("small");
            const Blob large = store.store(megabyte);
            CHECK(store.view(large) == megabyte);
            CHECK(store.view(small) == "small");
            store.release(large);
            store.release(small);
        }
        CHECK(store.memory_bytes() < 4'000'000);
    }

    TEST_CASE(
        "letting go: what nobody holds stays until what refers to it is let go, then makes room")
    {
        PayloadStore store{PayloadStore::Policy::let_go};
        const Blob held = store.store("held");
        store.set_mark(1);
        const Blob noted = store.store("noted");
        store.release(noted);
        for (std::uint64_t mark = 2; mark < 100'000; ++mark) {
            store.set_mark(mark);
            const Blob blob = store.store(std::string(100, 'x'));
            store.release(blob);
            if (mark == 90'000) CHECK(store.memory_bytes() > 5'000'000);
        }
        CHECK(store.view(noted) == "noted");
        store.let_go_before(99'000);
        for (std::uint64_t mark = 100'000; mark < 400'000; ++mark) {
            store.set_mark(mark);
            store.release(store.store(std::string(100, 'y')));
            if (mark % 1000 == 0) store.let_go_before(mark - 1000);
        }
        CHECK(store.view(held) == "held");
        CHECK(store.memory_bytes() < 12'000'000); // forty million went through
    }
}
