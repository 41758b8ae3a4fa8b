-- Has the model edit, document, test, fix and explain: asks the server, shows what came, applies it as one undo step.
local client = require('codeassist.client')
local config = require('codeassist.config')
local position = require('codeassist.position')

local M = {}
local running = {} -- by buffer: the request that is being worked on

local function say(text, level)
  vim.notify('codeassist: ' .. text, level or vim.log.levels.WARN)
end

--- Lines of a buffer (1-based, both included) as the protocol has them, or the cursor where there are none.
local function place(buffer, encoding, first, last)
  if first then
    local line = vim.api.nvim_buf_get_lines(buffer, last - 1, last, true)[1]
    return {
      start = { line = first - 1, character = 0 },
      ['end'] = { line = last - 1, character = position.character(line, #line, encoding) },
    }
  end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local spot = { line = row - 1, character = position.character(vim.api.nvim_get_current_line(), column, encoding) }
  return { start = spot, ['end'] = spot }
end

--- True if the edit's new files are not there: Neovim itself would empty them.
local function creatable(edit)
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.kind == 'create' and vim.uv.fs_stat(vim.uri_to_fname(change.uri)) then
      say(('%s is there already'):format(vim.uri_to_fname(change.uri)))
      return false
    end
  end
  return true
end

--- Applies an edit; one `u` in each buffer takes it back. New files are shown beside.
local function apply(edit, encoding)
  if not creatable(edit) then
    return
  end
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].buftype == '' then
      vim.bo[buffer].undolevels = vim.bo[buffer].undolevels -- what was typed before is a step of its own
    end
  end
  vim.lsp.util.apply_workspace_edit(edit, encoding)
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.kind == 'create' then
      vim.cmd.sbuffer(vim.uri_to_bufnr(change.uri))
    end
  end
end

--- What to do with the server's answer: show it and ask, or apply it.
local function settle(answer, from, buffer, at_once)
  local reasons = #(answer.reasons or {}) > 1 and '\n' .. table.concat(answer.reasons, '\n') or ''
  if type(answer.edit) ~= 'table' then
    say(answer.message .. reasons)
    return
  end
  local encoding, tick = from.offset_encoding, vim.api.nvim_buf_get_changedtick(buffer)
  if at_once or not config.options.preview then
    apply(answer.edit, encoding)
    return
  end
  local preview = require('codeassist.preview')
  preview.open(preview.lines(answer.edit, encoding), answer.message, function(taken)
    if not taken then
      return
    elseif vim.api.nvim_buf_get_changedtick(buffer) ~= tick then
      say('the text has changed since; ask again')
    else
      apply(answer.edit, encoding)
    end
  end)
end

--- Sends a command with its argument; `answered` gets the result, unless it was cancelled.
local function send(from, buffer, name, argument, answered)
  if running[buffer] then
    say('something is being written for this file already; :CodeAssistCancel ends it')
    return
  end
  local request = { client = from }
  running[buffer] = request
  argument.show = false
  local params = { command = name, arguments = { argument } }
  request.id = client.request(from, 'workspace/executeCommand', params, function(failure, result)
    if running[buffer] == request then
      running[buffer] = nil
    end
    if request.cancelled then
      return
    elseif failure then
      say(failure.message)
    elseif vim.api.nvim_buf_is_valid(buffer) then
      answered(result)
    end
  end, buffer)
  if not request.id then
    running[buffer] = nil
    say('the server is gone; see :checkhealth codeassist')
  end
end

--- Has the server edit; it says whether it needs an instruction, as a comment in the code may give one.
local edit
function edit(from, buffer, name, argument, at_once)
  argument.apply = false -- it is shown here first
  send(from, buffer, name, argument, function(answer)
    if answer.needs ~= 'instruction' then
      settle(answer, from, buffer, at_once)
      return
    end
    vim.ui.input({ prompt = 'Edit with codeassist: ' }, function(instruction)
      if instruction and vim.trim(instruction) ~= '' then
        argument.instruction = instruction
        edit(from, buffer, name, argument, at_once)
      end
    end)
  end)
end

local function explain(from, buffer, argument)
  send(from, buffer, 'codeassist.explain', argument, function(answer)
    if answer.markdown == '' then
      say(answer.message)
    else
      require('codeassist.explain').show(answer.markdown)
    end
  end)
end

--- Runs a command that has its place.
local function run(from, buffer, name, argument, at_once)
  if name == 'codeassist.explain' then
    explain(from, buffer, argument)
  else
    edit(from, buffer, name, argument, at_once)
  end
end

--- Takes the place of the server's commands, which code actions name.
function M.action(command, context)
  local from = vim.lsp.get_client_by_id(context.client_id)
  local argument = (command.arguments or {})[1]
  if from and type(argument) == 'table' then
    run(from, vim.uri_to_bufnr(argument.uri), command.command, vim.deepcopy(argument), false)
  end
end

--- What the server is to fix: one of the diagnostics of lines, of any server; `chosen` gets it.
local function choose_diagnostic(buffer, first, last, chosen)
  local found = vim.tbl_filter(function(each)
    return each.lnum < last and (each.end_lnum or each.lnum) >= first - 1
  end, vim.diagnostic.get(buffer))
  if #found == 0 then
    say('there is no diagnostic here')
  elseif #found == 1 then
    chosen(found[1])
  else
    local function shown(each)
      return each.message:match('[^\n]*')
    end
    vim.ui.select(found, { prompt = 'Fix:', format_item = shown }, function(each)
      if each then
        chosen(each)
      end
    end)
  end
end

local function fix(from, buffer, first, last, at_once)
  choose_diagnostic(buffer, first, last, function(each)
    local argument = { uri = vim.uri_from_bufnr(buffer) }
    argument.range = place(buffer, from.offset_encoding, each.lnum + 1, (each.end_lnum or each.lnum) + 1)
    local told = vim.tbl_get(each, 'user_data', 'lsp', 'data') -- of a diagnostic of ours
    argument.diagnostic = { message = each.message, source = each.source, code = each.code }
    argument.diagnostic.fingerprint = type(told) == 'table' and told.fingerprint or nil
    edit(from, buffer, 'codeassist.fix', argument, at_once)
  end)
end

--- A user command: `verb` is 'edit', 'doc', 'test', 'fix' or 'explain'; a bang applies the edit at once.
function M.command(verb, given)
  local buffer = vim.api.nvim_get_current_buf()
  local from = client.of(buffer)
  if not from then
    say('no server serves this buffer; see :checkhealth codeassist')
    return
  end
  if verb == 'fix' then
    fix(from, buffer, given.line1, given.line2, given.bang)
    return
  end
  local ranged = given.range > 0
  local where = place(buffer, from.offset_encoding, ranged and given.line1 or nil, given.line2)
  local argument = { uri = vim.uri_from_bufnr(buffer), range = where }
  if given.args ~= '' then
    argument.instruction = given.args
  end
  run(from, buffer, 'codeassist.' .. verb, argument, given.bang)
end

--- Ends what is being written for the current buffer.
function M.cancel()
  local request = running[vim.api.nvim_get_current_buf()]
  if not request then
    say('nothing is being written for this file', vim.log.levels.INFO)
    return
  end
  request.cancelled = true
  client.cancel(request.client, request.id)
  running[vim.api.nvim_get_current_buf()] = nil
end

--- Shows the server's progress on the command line while something is being written.
function M.progress(event)
  local value = (event.data.params or {}).value or {}
  local at_work = vim.iter(pairs(running)):any(function(_, request)
    return request.client.id == event.data.client_id
  end)
  if at_work and value.kind == 'end' then
    vim.api.nvim_echo({ { '' } }, false, {})
  elseif at_work and type(value.message) == 'string' then
    vim.api.nvim_echo({ { 'codeassist: ' .. value.message } }, false, {})
  end
end

return M
