;;; codeassist.el --- Suggestions by a small model on your own machine  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: convenience, languages

;;; Commentary:

;; `codeassist-mode' shows behind point what `codeassist lsp' suggests.  It has a connection of its own, so it works
;; beside Eglot or lsp-mode, whatever server they use for the language.
;;
;;   (require 'codeassist)
;;   (add-hook 'prog-mode-hook #'codeassist-mode)
;;
;; While a suggestion is shown: TAB takes it, M-<right> a word, M-<down> a line, C-g hides it.

;;; Code:

(require 'jsonrpc)
(require 'project)
(require 'cl-lib)
(require 'seq)
(require 'url-util)
(require 'subr-x)

(defgroup codeassist nil
  "Suggestions by a small model on your own machine."
  :group 'convenience)

(defcustom codeassist-command '("codeassist" "lsp")
  "The language server's program and arguments."
  :type '(repeat string))

(defcustom codeassist-settings nil
  "Settings for the server as a property list.
For example (:maxLines 3 :debounceMs \"auto\")."
  :type 'plist)

(defface codeassist-ghost '((t :inherit shadow))
  "What a suggestion looks like.")

(defvar codeassist--connections nil
  "Alist from a project's root to the connection that serves it.")

(defvar codeassist-mode) ; defined below

(defvar-local codeassist--version 0)
(defvar-local codeassist--sent nil "The value of `buffer-chars-modified-tick' that the server has seen.")
(defvar-local codeassist--asked nil "Change and point that the last request, or refusal to ask, was for.")
(defvar-local codeassist--overlay nil)
(defvar-local codeassist--start nil "Where the suggestion began: a marker that stays before what is typed.")
(defvar-local codeassist--item nil "Property list of what is shown: :text, :command, and the :rest of its line.")

;;; The server

(defun codeassist--root ()
  "The directory that the server is told to work in."
  (let ((project (project-current)))
    (expand-file-name (if project (project-root project) default-directory))))

(defun codeassist--uri (path)
  "PATH as a file URI."
  (concat "file://" (url-hexify-string (expand-file-name path) url-path-allowed-chars)))

(defun codeassist--settings ()
  "The settings; an empty object rather than null."
  (or codeassist-settings (make-hash-table)))

(defun codeassist--answer (_connection method params)
  "Answer what the server asks by METHOD with PARAMS."
  (when (eq method 'workspace/configuration)
    (vconcat (mapcar (lambda (_) (codeassist--settings)) (plist-get params :items)))))

(defun codeassist--notice (_connection method params)
  "Show what the server says by METHOD with PARAMS."
  (when (eq method 'window/showMessage)
    (message "codeassist: %s" (plist-get params :message))))

(defun codeassist--start-server (root)
  "A new connection to a server that works in ROOT."
  (let* ((default-directory root)
         (connection (make-instance
                      'jsonrpc-process-connection
                      :name "codeassist"
                      :process (lambda ()
                                 (make-process :name "codeassist" :command codeassist-command :connection-type 'pipe
                                               :coding 'utf-8-emacs-unix :noquery t
                                               :stderr (get-buffer-create "*codeassist stderr*")))
                      :request-dispatcher #'codeassist--answer
                      :notification-dispatcher #'codeassist--notice
                      :on-shutdown (lambda (gone)
                                     (setq codeassist--connections (rassq-delete-all gone codeassist--connections)))))
         (result (jsonrpc-request
                  connection :initialize
                  `(:processId ,(emacs-pid) :rootUri ,(codeassist--uri root)
                    :initializationOptions ,(codeassist--settings)
                    :capabilities (:general (:positionEncodings ["utf-32"])
                                   :textDocument (:inlineCompletion (:dynamicRegistration :json-false))
                                   :workspace (:configuration t)))
                  :timeout 60)))
    (unless (equal (plist-get (plist-get result :capabilities) :positionEncoding) "utf-32")
      (jsonrpc-shutdown connection)
      (user-error "This server does not count columns in code points: is it codeassist?"))
    (jsonrpc-notify connection :initialized (make-hash-table))
    (push (cons root connection) codeassist--connections)
    connection))

(defun codeassist--connection ()
  "The connection for the current buffer; started where there is none."
  (let ((root (codeassist--root)))
    (or (cdr (assoc root codeassist--connections)) (codeassist--start-server root))))

(defun codeassist--quit ()
  "End every server."
  (dolist (each (mapcar #'cdr codeassist--connections))
    (ignore-errors (jsonrpc-request each :shutdown nil :timeout 2))
    (ignore-errors (jsonrpc-notify each :exit nil))
    (with-timeout (2)
      (while (jsonrpc-running-p each)
        (accept-process-output nil 0.02)))
    (ignore-errors (jsonrpc-shutdown each)))
  (setq codeassist--connections nil))

;;; Documents and positions

(defun codeassist--document ()
  "The identifier of the current buffer."
  (list :uri (codeassist--uri buffer-file-name)))

(defun codeassist--text ()
  "The whole buffer."
  (save-restriction (widen) (buffer-substring-no-properties (point-min) (point-max))))

(defun codeassist--open ()
  "Tell the server of the current buffer."
  (let ((language (string-remove-suffix "-ts" (string-remove-suffix "-mode" (symbol-name major-mode)))))
    (setq codeassist--sent (buffer-chars-modified-tick))
    (jsonrpc-notify (codeassist--connection) :textDocument/didOpen
                    `(:textDocument (,@(codeassist--document) :languageId ,language
                                     :version ,codeassist--version :text ,(codeassist--text))))))

(defun codeassist--synchronise ()
  "Send what has changed since the server last heard of this buffer."
  (unless (eql codeassist--sent (buffer-chars-modified-tick))
    (setq codeassist--sent (buffer-chars-modified-tick))
    (jsonrpc-notify (codeassist--connection) :textDocument/didChange
                    `(:textDocument (,@(codeassist--document) :version ,(cl-incf codeassist--version))
                      :contentChanges [(:text ,(codeassist--text))]))))

(defun codeassist--position ()
  "Point as the protocol counts."
  (save-restriction
    (widen)
    (list :line (1- (line-number-at-pos nil t)) :character (- (point) (line-beginning-position)))))

(defun codeassist--offset (position)
  "The column of POSITION in characters; nil if it is not on point's line."
  (when (= (plist-get position :line) (plist-get (codeassist--position) :line))
    (plist-get position :character)))

;;; What is shown

(defvar codeassist-shown-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "TAB") #'codeassist-accept)
    (define-key map (kbd "<tab>") #'codeassist-accept)
    (define-key map (kbd "M-<right>") #'codeassist-accept-word)
    (define-key map (kbd "M-<down>") #'codeassist-accept-line)
    (define-key map (kbd "C-g") #'codeassist-dismiss)
    map)
  "Keys that hold while a suggestion is shown.")

(define-minor-mode codeassist--shown-mode
  "On while a suggestion is shown."
  :keymap codeassist-shown-map)

(defun codeassist--clear ()
  "Hide the suggestion."
  (when codeassist--overlay
    (delete-overlay codeassist--overlay)
    (set-marker codeassist--start nil)
    (setq codeassist--overlay nil codeassist--item nil)
    (codeassist--shown-mode -1)))

(defun codeassist--typed ()
  "What was typed of the suggestion; nil if the text around point is another."
  (when (and codeassist--item (>= (point) codeassist--start))
    (let ((typed (buffer-substring-no-properties codeassist--start (point))))
      (and (string-prefix-p typed (plist-get codeassist--item :text))
           (equal (buffer-substring-no-properties (point) (line-end-position)) (plist-get codeassist--item :rest))
           typed))))

(defun codeassist--follow ()
  "Move the suggestion along with what is typed; nil if it fits no more."
  (let* ((typed (codeassist--typed))
         (left (and typed (substring (plist-get codeassist--item :text) (length typed)))))
    (unless (or (null left) (string-empty-p left))
      (let ((shown (propertize left 'face 'codeassist-ghost)))
        (put-text-property 0 1 'cursor t shown) ; the cursor stays before it
        (move-overlay codeassist--overlay (point) (point))
        (overlay-put codeassist--overlay 'after-string shown))
      t)))

(defun codeassist--adopt (item)
  "Show ITEM of the server if it fits around point."
  (let* ((range (plist-get item :range))
         (column (- (point) (line-beginning-position)))
         (first (if range (codeassist--offset (plist-get range :start)) column))
         (last (if range (codeassist--offset (plist-get range :end)) column))
         (text (string-replace "\r\n" "\n" (plist-get item :insertText)))
         (before (and first (<= first column)
                      (buffer-substring-no-properties (+ (line-beginning-position) first) (point)))))
    (when (and before last (= last column) (string-prefix-p before text) (not (equal before text)))
      (setq codeassist--item (list :text (substring text (length before)) :command (plist-get item :command)
                                   :rest (buffer-substring-no-properties (point) (line-end-position)))
            codeassist--start (copy-marker (point))
            codeassist--overlay (make-overlay (point) (point)))
      (codeassist--shown-mode 1)
      (codeassist--follow))))

;;; Asking

(defun codeassist--place ()
  "What an answer depends on."
  (list (buffer-chars-modified-tick) (point)))

(defun codeassist--ask ()
  "Ask the server about point; the answer counts if nothing changes meanwhile."
  (codeassist--clear)
  (codeassist--synchronise) ; a change ends what the server still works on
  (let ((buffer (current-buffer))
        (asked (codeassist--place)))
    (setq codeassist--asked asked)
    (jsonrpc-async-request
     (codeassist--connection) :textDocument/inlineCompletion
     `(:textDocument ,(codeassist--document) :position ,(codeassist--position) :context (:triggerKind 2))
     :success-fn (lambda (result)
                   (when (buffer-live-p buffer)
                     (with-current-buffer buffer
                       (when (and codeassist-mode (equal asked (codeassist--place)) (not codeassist--item))
                         (seq-find #'codeassist--adopt (or (plist-get result :items) result))))))
     :error-fn #'ignore
     :timeout-fn #'ignore
     :timeout 20)))

(defun codeassist--update ()
  "After a command: follow what was typed, ask anew, or hide what fits no more."
  (condition-case failure
      (unless (equal codeassist--asked (codeassist--place))
        (if (codeassist--follow)
            (setq codeassist--asked (codeassist--place))
          (codeassist--clear)
          (if (or buffer-read-only (eql (car codeassist--asked) (buffer-chars-modified-tick)))
              (setq codeassist--asked (codeassist--place))
            (codeassist--ask))))
    (error (codeassist-mode -1)
           (message "codeassist: %s" (error-message-string failure)))))

;;; Commands

(defun codeassist--take (count)
  "Insert COUNT characters of what is left of the suggestion."
  (let* ((typed (codeassist--typed))
         (item codeassist--item)
         (left (substring (plist-get item :text) (length typed)))
         (command (and (= count (length left)) (plist-get item :command))))
    (undo-boundary)
    (insert (substring left 0 count))
    (undo-boundary)
    (when command
      (codeassist--clear)
      (jsonrpc-async-request (codeassist--connection) :workspace/executeCommand
                             `(:command ,(plist-get command :command) :arguments ,(plist-get command :arguments))
                             :success-fn #'ignore :error-fn #'ignore :timeout-fn #'ignore))))

(defun codeassist--left ()
  "What is left of the suggestion; complains if nothing is shown."
  (let ((typed (codeassist--typed)))
    (if typed (substring (plist-get codeassist--item :text) (length typed)) (user-error "Nothing is suggested"))))

(defun codeassist-accept ()
  "Take all of the suggestion."
  (interactive)
  (codeassist--take (length (codeassist--left))))

(defun codeassist-accept-line ()
  "Take the suggestion up to the end of a line."
  (interactive)
  (let ((left (codeassist--left)))
    (codeassist--take (or (string-search "\n" left 1) (length left)))))

(defun codeassist-accept-word ()
  "Take a word of the suggestion."
  (interactive)
  (let ((left (codeassist--left)))
    (codeassist--take (if (string-match "\\`[[:space:]\n]*\\(?:[[:word:]_]+\\|[^[:word:][:space:]\n]+\\)" left)
                          (match-end 0)
                        (length left)))))

(defun codeassist-dismiss ()
  "Hide the suggestion until the text changes."
  (interactive)
  (codeassist--clear)
  (setq codeassist--asked (codeassist--place)))

(defun codeassist-status ()
  "Say what the server uses and has done."
  (interactive)
  (message "codeassist: %S" (jsonrpc-request (codeassist--connection) :workspace/executeCommand
                                             '(:command "codeassist.status"))))

(defun codeassist--leave ()
  "Tell the server that the current buffer is closed."
  (codeassist--clear)
  (when codeassist--sent
    (setq codeassist--sent nil)
    (ignore-errors
      (jsonrpc-notify (codeassist--connection) :textDocument/didClose `(:textDocument ,(codeassist--document))))))

;;;###autoload
(define-minor-mode codeassist-mode
  "Show behind point what codeassist suggests."
  :lighter " ca"
  (cond
   ((and codeassist-mode (not buffer-file-name))
    (setq codeassist-mode nil))
   (codeassist-mode
    (codeassist--open)
    (setq codeassist--asked (codeassist--place))
    (add-hook 'post-command-hook #'codeassist--update nil t)
    (add-hook 'kill-buffer-hook #'codeassist--leave nil t)
    (add-hook 'kill-emacs-hook #'codeassist--quit))
   (t
    (remove-hook 'post-command-hook #'codeassist--update t)
    (remove-hook 'kill-buffer-hook #'codeassist--leave t)
    (codeassist--leave))))

(provide 'codeassist)
;;; codeassist.el ends here
