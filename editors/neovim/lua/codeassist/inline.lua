-- The suggestion behind the cursor: asks for it, keeps it while it is being typed, drops it when it no longer holds.
local client = require('codeassist.client')
local config = require('codeassist.config')
local ghost = require('codeassist.ghost')
local position = require('codeassist.position')
local text = require('codeassist.text')

local M = {}
local INVOKED, AUTOMATIC = 1, 2
local ACCEPTED = 'codeassist.accepted' -- takes a suggestion's id, and how much of it was taken

-- What is shown. Row and column (bytes) are where it began; `before` and `after` are the line around that place.
local shown ---@type table?
local pending ---@type { client: table, id: integer }?
local answers = {} ---@type table[]
local asked ---@type string? the buffer, change and cursor that the last request, or refusal to ask, was for
M.enabled = true

local function here()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  return vim.api.nvim_get_current_buf(), row - 1, column
end

local function place()
  local buffer, row, column = here()
  return table.concat({ buffer, vim.api.nvim_buf_get_changedtick(buffer), row, column }, ':')
end

local function inserting()
  return vim.api.nvim_get_mode().mode:sub(1, 1) == 'i' and vim.fn.pumvisible() == 0
end

local function cancel()
  if pending then
    client.cancel(pending.client, pending.id)
    pending = nil
  end
end

--- Tells the server that the suggestion was taken, or how many characters of it if not all.
local function report(taken, characters)
  local command = taken.command
  if command and characters and command.command == ACCEPTED then
    local arguments = vim.list_extend(vim.deepcopy(command.arguments or {}), { characters })
    client.execute(taken.client, { command = ACCEPTED, arguments = arguments })
  elseif command and not characters then
    client.execute(taken.client, command)
  end
end

--- Removes what is shown; an answer still to come will not be shown either.
function M.clear()
  cancel()
  local gone = shown
  shown = nil
  if gone then
    ghost.clear(gone.buffer)
    if gone.taken > 0 then
      report(gone, gone.taken)
    end
  end
end

--- What was typed of the suggestion since it began, or nil if the text around the cursor is not as it was then.
local function typed()
  local buffer, row, column = here()
  if not shown or buffer ~= shown.buffer or row < shown.row or (row == shown.row and column < shown.column) then
    return nil
  end
  local lines = vim.api.nvim_buf_get_lines(buffer, shown.row, row + 1, false)
  local last = lines[#lines]
  local grown = vim.api.nvim_buf_line_count(buffer) - shown.count
  if grown ~= row - shown.row or lines[1]:sub(1, shown.column) ~= shown.before or last:sub(column + 1) ~= shown.after then
    return nil
  end
  lines[#lines] = last:sub(1, column)
  lines[1] = lines[1]:sub(shown.column + 1)
  local since = table.concat(lines, '\n')
  return shown.text:sub(1, #since) == since and since or nil
end

--- Moves the suggestion along with what is typed. False if there is none or it no longer fits.
local function follow()
  local since = typed()
  if not since or since == shown.text then
    return false
  end
  local buffer, row, column = here()
  ghost.show(buffer, row, column, shown.text:sub(#since + 1), shown.replaced, config.options.highlight)
  return true
end

--- Makes an item of the server the suggestion. False if it does not fit around the cursor.
local function adopt(item, from)
  local buffer, row, column = here()
  local line = vim.api.nvim_get_current_line()
  local first, last = column, column
  if item.range then
    if item.range.start.line ~= row or item.range['end'].line ~= row then
      return false
    end
    first = position.byte(line, item.range.start.character, from.offset_encoding)
    last = position.byte(line, item.range['end'].character, from.offset_encoding)
  end
  local inserted = type(item.insertText) == 'table' and item.insertText.value or item.insertText
  local rest, replaced = text.at_cursor(line, column, (inserted:gsub('\r\n?', '\n')), first, last)
  if not rest or rest == '' then
    return false
  end
  shown = {
    buffer = buffer,
    row = row,
    column = column,
    before = line:sub(1, column),
    after = line:sub(column + 1),
    count = vim.api.nvim_buf_line_count(buffer),
    text = rest,
    replaced = replaced,
    command = item.command,
    client = from,
    taken = 0, -- characters that keys, not typing, put in
  }
  return follow()
end

local function adopt_first(items, from)
  answers = items
  for index, item in ipairs(items) do
    if adopt(item, from) then
      shown.index = index
      return
    end
  end
end

--- Asks the server about the cursor's place. The answer counts only where nothing has changed since.
local function ask(trigger)
  local buffer, row, column = here()
  local from = client.of(buffer)
  if not from then
    return
  end
  asked = place()
  local question = asked
  local request = {}
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    position = {
      line = row,
      character = position.character(vim.api.nvim_get_current_line(), column, from.offset_encoding),
    },
    context = { triggerKind = trigger },
  }
  local id = client.request(from, 'textDocument/inlineCompletion', params, function(failure, result)
    if pending ~= request then
      return -- cancelled, or asked again since
    end
    pending = nil
    if failure or not result or question ~= place() or not inserting() then
      return
    end
    adopt_first(result.items or result, from)
  end, buffer)
  if id then
    request.client, request.id = from, id
    pending = request
  end
end

--- After a change or a move in insert mode: follow what is typed, or ask anew.
function M.update()
  if not inserting() then
    M.clear()
    return
  end
  if asked == place() then
    return
  end
  if follow() then
    asked = place()
    return
  end
  M.clear()
  if M.enabled and vim.fn.reg_executing() == '' then
    ask(AUTOMATIC)
  end
end

--- True while a suggestion is shown in the current buffer.
function M.visible()
  return shown ~= nil and typed() ~= nil and inserting()
end

--- Puts 'all', a 'line' or a 'word' of the suggestion into the buffer; the rest stays shown.
function M.accept(kind)
  local since = typed()
  if not since then
    return
  end
  local taken = shown
  local rest = taken.text:sub(#since + 1)
  local part = text.part(rest, kind or 'all')
  local whole = part == rest
  local buffer, row, column = here()
  local lines = vim.split(part, '\n', { plain = true })
  vim.api.nvim_buf_set_text(buffer, row, column, row, column + (whole and taken.replaced or 0), lines)
  local last = #lines == 1 and column + #part or #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { row + #lines, last })
  taken.taken = taken.taken + vim.fn.strchars(part)
  if whole then
    taken.taken = 0
    M.clear()
    report(taken)
  end
  M.update()
end

--- Hides the suggestion until the text changes or the cursor moves.
function M.dismiss()
  M.clear()
  asked = place()
end

--- Shows the next suggestion of those that came together, or asks for one.
function M.next()
  if not inserting() then
    return
  end
  local index, from = shown and shown.index, shown and shown.client
  if index and #answers > 1 and typed() == '' then
    for step = 1, #answers - 1 do
      local other = (index - 1 + step) % #answers + 1
      if adopt(answers[other], from) then
        shown.index = other
        return
      end
    end
    return
  end
  M.clear()
  ask(INVOKED)
end

--- Forgets what was asked, so that the same place is asked about again.
function M.forget()
  M.clear()
  asked = nil
end

return M
