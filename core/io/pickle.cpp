// SPDX-License-Identifier: GPL-3.0-or-later
// The stack machine that pickles are programs of, without the instructions that would run anything.
#include "core/io/pickle.h"

#include "core/base/error.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <string_view>

namespace vit {

const PickleValue* PickleValue::find(const std::string& key) const {
    for (const auto& [name, value] : entries)
        if (name->kind == Kind::Text && name->text == key) return value;
    return nullptr;
}

class PickleMachine {
public:
    PickleMachine(Pickle& pickle, std::span<const std::byte> bytes) : m_pickle(pickle), m_bytes(bytes) {}

    void run() {
        while (true) {
            const auto code = static_cast<unsigned char>(take(1).front());
            if (code == '.') break;
            step(code);
        }
        m_pickle.m_root = pop();
    }

private:
    using Kind = PickleValue::Kind;

    // Instructions of a few bytes could else copy long lists and names again and again.
    static constexpr std::size_t kMostCopied = 50'000'000;

    Pickle& m_pickle;
    std::span<const std::byte> m_bytes;
    std::size_t m_place = 0;
    std::vector<PickleValue*> m_stack;
    std::vector<std::size_t> m_marks;
    std::map<std::uint64_t, PickleValue*> m_memo;
    std::size_t m_copied = 0;

    std::span<const std::byte> take(std::uint64_t count) {
        if (count > m_bytes.size() - m_place) throw Error("its pickle ends too soon");
        const auto part = m_bytes.subspan(m_place, count);
        m_place += count;
        return part;
    }

    std::uint64_t number(std::size_t bytes) {  // little-endian
        std::uint64_t value = 0;
        const auto part = take(bytes);
        for (std::size_t i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(part[i]) << (8 * i);
        return value;
    }

    std::string text(std::uint64_t count) {
        const auto part = take(count);
        return {reinterpret_cast<const char*>(part.data()), part.size()};
    }

    std::string line() {
        std::string text;
        for (char c = 0; (c = static_cast<char>(take(1).front())) != '\n';) text += c;
        return text;
    }

    void spend(std::size_t count) {
        m_copied += count;
        if (m_copied > kMostCopied) throw Error("its pickle makes too many values");
    }

    PickleValue* make(Kind kind) {
        spend(1);
        m_pickle.m_values.emplace_back();
        m_pickle.m_values.back().kind = kind;
        return &m_pickle.m_values.back();
    }

    void push(PickleValue* value) { m_stack.push_back(value); }

    // Nothing below a mark belongs to what comes after it.
    PickleValue* pop() {
        if (m_stack.empty() || (!m_marks.empty() && m_stack.size() <= m_marks.back()))
            throw Error("its pickle takes a value that is not there");
        PickleValue* value = m_stack.back();
        m_stack.pop_back();
        return value;
    }

    PickleValue* top() {
        PickleValue* value = pop();
        push(value);
        return value;
    }

    std::vector<PickleValue*> popToMark() {
        if (m_marks.empty()) throw Error("its pickle takes a list that was not begun");
        const auto begin = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
        std::vector<PickleValue*> items(begin, m_stack.end());
        m_stack.erase(begin, m_stack.end());
        m_marks.pop_back();
        return items;
    }

    void pushText(std::string value) {
        PickleValue* made = make(Kind::Text);
        made->text = std::move(value);
        push(made);
    }

    void pushInteger(std::int64_t value, Kind kind = Kind::Integer) {
        PickleValue* made = make(kind);
        made->integer = value;
        push(made);
    }

    void pushTuple(std::size_t count) {
        PickleValue* made = make(Kind::List);
        for (std::size_t i = 0; i < count; ++i) made->items.push_back(pop());
        std::reverse(made->items.begin(), made->items.end());
        push(made);
    }

    void pushClass(const std::string& module, const std::string& name) {
        PickleValue* made = make(Kind::Class);
        made->text = module + ' ' + name;
        spend(made->text.size());
        push(made);
    }

    void set(PickleValue* target, const std::vector<PickleValue*>& pairs) {
        if (pairs.size() % 2 != 0) throw Error("its pickle gives a key without a value");
        for (std::size_t i = 0; i < pairs.size(); i += 2) target->entries.emplace_back(pairs[i], pairs[i + 1]);
    }

    PickleValue* remembered(std::uint64_t number) {
        const auto found = m_memo.find(number);
        if (found == m_memo.end()) throw Error("its pickle asks for a value that was not kept");
        return found->second;
    }

    // What a class and its arguments make, without making it.
    void pushMade() {
        PickleValue* arguments = pop();
        const PickleValue* what = pop();
        PickleValue* made = make(Kind::Made);
        if (what->kind == Kind::Class) made->text = what->text;
        made->items = arguments->items;
        spend(made->text.size() + made->items.size());
        push(made);
    }

    void pushLong(std::uint64_t bytes) {
        const auto part = take(bytes);
        if (part.size() > sizeof(std::int64_t)) throw Error("its pickle has a number that is too long");
        std::uint64_t value = !part.empty() && (part.back() & std::byte{0x80}) != std::byte{0} ? ~std::uint64_t{0} : 0;
        if (!part.empty()) std::memcpy(&value, part.data(), part.size());
        pushInteger(static_cast<std::int64_t>(value));
    }

    void pushReal() {  // big-endian
        std::uint64_t bits = 0;
        for (const std::byte byte : take(sizeof bits)) bits = (bits << 8) | static_cast<std::uint64_t>(byte);
        PickleValue* made = make(Kind::Real);
        made->real = std::bit_cast<double>(bits);
        push(made);
    }

    void pushPersistent() {
        PickleValue* made = make(Kind::Persistent);
        made->items = pop()->items;
        spend(made->items.size());
        push(made);
    }

    void append(const std::vector<PickleValue*>& items) {
        PickleValue* list = top();
        list->items.insert(list->items.end(), items.begin(), items.end());
    }

    void step(unsigned char code) {
        switch (code) {
            case 0x80: take(1); break;                                  // PROTO
            case 0x95: take(8); break;                                  // FRAME
            case '(': m_marks.push_back(m_stack.size()); break;         // MARK
            case '0': pop(); break;                                     // POP
            case '1': popToMark(); break;                               // POP_MARK
            case '2': push(top()); break;                               // DUP
            case 'N': push(make(Kind::None)); break;                    // NONE
            case 0x88: pushInteger(1, Kind::Bool); break;               // NEWTRUE
            case 0x89: pushInteger(0, Kind::Bool); break;               // NEWFALSE
            case 'K': pushInteger(static_cast<std::int64_t>(number(1))); break;  // BININT1
            case 'M': pushInteger(static_cast<std::int64_t>(number(2))); break;  // BININT2
            case 'J': pushInteger(static_cast<std::int32_t>(number(4))); break;  // BININT
            case 0x8a: pushLong(number(1)); break;                      // LONG1
            case 'G': pushReal(); break;                                // BINFLOAT
            case 'X':                                                   // BINUNICODE
            case 'T':                                                   // BINSTRING
            case 'B': pushText(text(number(4))); break;                 // BINBYTES
            case 0x8c:                                                  // SHORT_BINUNICODE
            case 'U':                                                   // SHORT_BINSTRING
            case 'C': pushText(text(number(1))); break;                 // SHORT_BINBYTES
            case 0x8d: pushText(text(number(8))); break;                // BINUNICODE8
            case ')':                                                   // EMPTY_TUPLE
            case ']':                                                   // EMPTY_LIST
            case 0x8f: push(make(Kind::List)); break;                   // EMPTY_SET
            case '}': push(make(Kind::Dictionary)); break;              // EMPTY_DICT
            case 't':                                                   // TUPLE
            case 'l': {                                                 // LIST
                PickleValue* made = make(Kind::List);
                made->items = popToMark();
                push(made);
                break;
            }
            case 'd': {                                                 // DICT
                PickleValue* made = make(Kind::Dictionary);
                set(made, popToMark());
                push(made);
                break;
            }
            case 0x85: pushTuple(1); break;                             // TUPLE1
            case 0x86: pushTuple(2); break;                             // TUPLE2
            case 0x87: pushTuple(3); break;                             // TUPLE3
            case 'a': {                                                 // APPEND
                PickleValue* item = pop();
                append({item});
                break;
            }
            case 'e':                                                   // APPENDS
            case 0x90: append(popToMark()); break;                      // ADDITEMS
            case 's': {                                                 // SETITEM
                PickleValue* value = pop();
                PickleValue* key = pop();
                set(top(), {key, value});
                break;
            }
            case 'u': {                                                 // SETITEMS
                const std::vector<PickleValue*> pairs = popToMark();
                set(top(), pairs);
                break;
            }
            case 'c': {                                                 // GLOBAL
                const std::string module = line();
                pushClass(module, line());
                break;
            }
            case 0x93: {                                                // STACK_GLOBAL
                const PickleValue* name = pop();
                const PickleValue* module = pop();
                pushClass(module->text, name->text);
                break;
            }
            case 'R':                                                   // REDUCE
            case 0x81: pushMade(); break;                               // NEWOBJ
            case 'b': {                                                 // BUILD
                const auto state = pop()->entries;  // a copy, as an object may be its own state
                PickleValue* object = top();
                spend(2 * state.size());
                object->entries.insert(object->entries.end(), state.begin(), state.end());
                break;
            }
            case 'Q': pushPersistent(); break;                          // BINPERSID
            case 'q': m_memo[number(1)] = top(); break;                 // BINPUT
            case 'r': m_memo[number(4)] = top(); break;                 // LONG_BINPUT
            case 0x94: {                                                // MEMOIZE
                PickleValue* value = top();
                m_memo[m_memo.size()] = value;
                break;
            }
            case 'h': push(remembered(number(1))); break;               // BINGET
            case 'j': push(remembered(number(4))); break;               // LONG_BINGET
            default: throw Error("its pickle has an instruction that tensors have no need of");
        }
    }
};

Pickle::Pickle(std::span<const std::byte> bytes) { PickleMachine(*this, bytes).run(); }

}  // namespace vit
