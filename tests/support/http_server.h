// SPDX-License-Identifier: GPL-3.0-or-later
// A small HTTP server on this computer, as unreliable as a test wants it.
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QTcpServer>
#include <QTcpSocket>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

namespace vit::test {

struct HttpBehaviour {
    QByteArray content;
    int status = 200;
    bool ranges = true;         // understands "Range: bytes=N-"
    qsizetype breakAfter = -1;  // sends only so many bytes of each answer's content
    bool stall = false;         // and then keeps the connection open instead of closing it
    QByteArray movedTo = {};    // every other path answers 302
};

// Runs in a thread of its own, since the client under test blocks its own.
class HttpServer {
public:
    explicit HttpServer(HttpBehaviour behaviour) : m_behaviour(std::move(behaviour)) {
        std::promise<quint16> port;
        std::future<quint16> known = port.get_future();
        m_thread = std::thread([this, port = std::move(port)]() mutable { serve(std::move(port)); });
        m_port = known.get();
    }
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer() {
        m_quit = true;
        m_thread.join();
    }

    std::string url(const std::string& path = "/data.bin") const {
        return "http://127.0.0.1:" + std::to_string(m_port) + path;
    }
    void setBehaviour(HttpBehaviour behaviour) {
        const std::lock_guard lock(m_mutex);
        m_behaviour = std::move(behaviour);
    }
    // Where each request wanted the content from.
    QList<qsizetype> starts() const {
        const std::lock_guard lock(m_mutex);
        return m_starts;
    }

private:
    void serve(std::promise<quint16> port) {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        port.set_value(server.serverPort());
        while (!m_quit) {
            if (!server.waitForNewConnection(20)) continue;
            const std::unique_ptr<QTcpSocket> socket(server.nextPendingConnection());
            QByteArray request;
            while (!request.contains("\r\n\r\n") && socket->waitForReadyRead(1000)) request += socket->readAll();
            socket->write(answer(request));
            while (socket->bytesToWrite() > 0 && socket->waitForBytesWritten(1000)) {}
            while (stalls() && !m_quit) std::this_thread::sleep_for(std::chrono::milliseconds(10));
            socket->disconnectFromHost();
            if (socket->state() != QAbstractSocket::UnconnectedState) socket->waitForDisconnected(1000);
        }
    }

    bool stalls() const {
        const std::lock_guard lock(m_mutex);
        return m_behaviour.stall;
    }

    static qsizetype wantedStart(const QByteArray& request) {
        const QByteArray mark = "Range: bytes=";
        const qsizetype at = request.indexOf(mark);
        if (at < 0) return 0;
        const qsizetype number = at + mark.size();
        return request.mid(number, request.indexOf('-', number) - number).toLongLong();
    }

    QByteArray answer(const QByteArray& request) {
        const std::lock_guard lock(m_mutex);
        const HttpBehaviour& is = m_behaviour;
        const qsizetype wanted = wantedStart(request);
        m_starts << wanted;
        if (!is.movedTo.isEmpty() && !request.startsWith("GET " + is.movedTo))
            return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + is.movedTo + "\r\n\r\n";
        if (is.status != 200)
            return "HTTP/1.1 " + QByteArray::number(is.status) + " Sorry\r\nContent-Length: 5\r\n\r\nSorry";
        const qsizetype size = is.content.size();
        if (is.ranges && wanted >= size)
            return "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n";
        const qsizetype start = is.ranges ? wanted : 0;
        QByteArray head = "HTTP/1.1 200 OK\r\n";
        if (start > 0)
            head = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + QByteArray::number(start) + "-" +
                   QByteArray::number(size - 1) + "/" + QByteArray::number(size) + "\r\n";
        head += "Content-Length: " + QByteArray::number(size - start) + "\r\nConnection: close\r\n\r\n";
        return head + is.content.mid(start, is.breakAfter);
    }

    mutable std::mutex m_mutex;  // guards the next two
    HttpBehaviour m_behaviour;
    QList<qsizetype> m_starts;
    quint16 m_port = 0;
    std::atomic<bool> m_quit = false;
    std::thread m_thread;
};

}  // namespace vit::test
